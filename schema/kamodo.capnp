@0xbfd16a03c247aaa9;
# The interface of Kamodo, as its published clients speak it.
#
# Every name, its nesting and its ordinal is part of the contract: a type's id follows from its name
# and from what it is nested in, which is why all of them live inside `interface Kamodo`.
# `tests/ids.rs` compares them with the published ones. An extension goes in at the next free ordinal,
# or into an interface of our own, and a new variant of `Literal` is only sent to those who asked.

using import "extension.capnp".Extension;

interface Kamodo {
  # What a connection bootstraps to.

  struct Map(Key, Value) {
    # Pairs in a fixed order; a key occurs once.
    entries @0 :List(Entry);
    struct Entry {
      key @0 :Key;
      value @1 :Value;
    }
  }

  getFields @0 () -> (fields :Map(Text, Field));
  # Every served function by name, in the order of definition.

  getMath @1 () -> (math :Map(Text, Function));
  # Operators for Expressions: AddRPC, MulRPC and PowRPC.

  evaluate @2 (expression :Expression) -> (value :Value);
  # Evaluates a tree of calls on the server; the result stays there until it is read or dropped.

  extension @3 () -> (extension :Extension);
  # What this server has beyond the published interface.

  interface Value {
    # A result that stays where it was computed.
    read @0 () -> (value :Literal);
  }

  struct Expression {
    union {
      literal @0 :Literal;
      # A value that travels with the expression.
      store @1 :Value;
      # A value on the server, even one that is still being computed.
      parameter @2 :UInt32;
      # The number of a parameter; it has a meaning only inside the body of a function.
      call :group {
        # The result of a function on the results of other expressions.
        function @3 :Function;
        params @4 :List(Expression);
      }
    }
  }

  struct Literal {
    # One value of Python or numpy.
    union {
      void @0 :Void;
      bool @1 :Bool;
      int8 @2 :Int8;
      int16 @3 :Int16;
      int32 @4 :Int32;
      int64 @5 :Int64;
      uint8 @6 :UInt8;
      uint16 @7 :UInt16;
      uint32 @8 :UInt32;
      uint64 @9 :UInt64;
      float32 @10 :Float32;
      float64 @11 :Float64;
      text @12 :Text;
      data @13 :Data;
      list @14 :List(Literal);
      array @15 :Array;
      int @16 :Text;
      # Decimal text, since Python's int has no bound.
      listint64 @17 :List(Int64);
      listfloat64 @18 :List(Float64);
      rational @19 :Rational;
    }
  }

  struct Rational {
    # p / q
    p @0 :Int64;
    q @1 :Int64;
  }

  struct Field {
    # A served function.
    func @0 :Function;
    meta @1 :Meta;
    data @2 :Array;
  }

  struct Meta {
    # What a function says of itself.
    units @0 :Text;
    argUnits @1 :Map(Text, Text);
    citation @2 :Text;
    equation @3 :Text;
    # LaTeX of the right-hand side.
    hiddenArgs @4 :List(Text);
  }

  struct Argument {
    # A keyword and its value.
    name @0 :Text;
    value @1 :Literal;
  }

  struct Array {
    # An array of numpy.
    data @0 :Data;
    # The elements in C order, little-endian.
    shape @1 :List(UInt32);
    dtype @2 :Text;
    # numpy's name of the element type.
  }

  interface Function {
    # A function that is called as Python calls one.
    call @0 (args :List(Literal), kwargs :List(Argument)) -> (result :Literal);
    getArgs @1 () -> (args :List(Text));
    # The names of the parameters, in the order of a positional call.
    getKwargs @2 () -> (kwargs :List(Argument));
    # The parameters that have a default, with it.
  }
}
