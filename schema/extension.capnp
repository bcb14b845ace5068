@0xf4119b9a880208d0;
# What a server says of itself beyond the interface of Kamodo, and how it is administered.
#
# All of it is ours, so it may grow: at the next free ordinals, never by changing what is there.

using Kamodo = import "kamodo.capnp".Kamodo;

interface Extension {
  # What any client may ask; it changes nothing that another one sees. It comes from `Kamodo.extension`.

  describe @0 () -> (description :Description);
  # Everything that is known of every function, in one answer and of one generation.

  generations @1 () -> (generations :List(Publication));
  # The publications that are remembered, the oldest first.

  watch @2 (feed :Feed, since :UInt64) -> (subscription :Subscription);
  # Tells the feed of every publication after the generation `since`, each once and in order, and of how
  # the origins stand whenever that changes. A generation that was not published yet is an error.

  callWithin @3 (function :Kamodo.Function, args :List(Kamodo.Literal), kwargs :List(Kamodo.Argument),
                 deadlineMs :UInt32) -> (result :Kamodo.Literal);
  # Calls a function of this server. When the deadline has passed, the work stops and the call fails.

  define @4 (definition :Definition) -> (function :Kamodo.Function, meta :Kamodo.Meta,
                                         warnings :List(Diagnostic));
  # Defines a function for this connection only; it lasts as long as the capability. Its units are checked
  # as those of a configuration are, and what `check` would warn of comes with it. Definitions that come later on this
  # connection may call it by its name.

  upload @5 (dtype :Text, shape :List(UInt32)) -> (upload :Upload);
  # Takes an array in pieces, so that no message holds it whole. It counts among the values held here.

  download @6 (value :Kamodo.Value, into :Sink) -> ();
  # Gives the array of a value in pieces; answered when all of it was taken.

  map @7 (function :Kamodo.Function, args :List(Kamodo.Literal), kwargs :List(Kamodo.Argument), over :Text,
          results :Sink) -> (arguments :Sink);
  # Applies a function piece by piece to an array that neither side ever holds whole, as the argument `over`.
  # The function must work element by element, and the other arguments be scalars.

  struct Definition {
    lhs @0 :Text;
    # Such as `g(x[m])[kg]`.
    union {
      rhs @1 :Text;
      # In Kamodo's language.
      body @2 :Kamodo.Expression;
      # Its parameters are the arguments of the left-hand side, counted from 0. It means what the same right-hand
      # side in text means, so it is simplified, and units convert in it; `evaluate` works off what is written.
    }
  }

  interface Upload {
    # An array on its way here.
    write @0 (data :Data) -> stream;
    # The next bytes of the array, in C order; pieces need not end with an element.
    finish @1 () -> (value :Kamodo.Value);
    # The array, once all of it has come.
  }

  interface Sink {
    # What takes an array in pieces.
    begin @0 (dtype :Text, shape :List(UInt32)) -> ();
    # What comes; first, and once.
    write @1 (data :Data) -> stream;
    # The next bytes of the array, in C order; pieces need not end with an element.
    done @2 () -> ();
    # All of it has come.
  }

  interface Feed {
    # What a client has its news told to.
    tell @0 (event :Event) -> ();
    # The next event comes when this one is answered: a slow client is told late, or what it missed.
  }

  interface Subscription {
    # Events come as long as a client keeps this.
  }

  struct Event {
    union {
      published @0 :Publication;
      missed @1 :Range;
      # Generations that are no longer remembered: ask what is served now.
      standing @2 :Standing;
      # How the origins stand now.
    }

    struct Range {
      first @0 :UInt64;
      last @1 :UInt64;
    }
  }

  struct Publication {
    # One generation, when and why it came, and what it changed.
    generation @0 :UInt64;
    atMs @1 :UInt64;
    # Milliseconds since 1970 began, UTC.
    cause :union {
      files @2 :Void;
      reload @3 :Void;
      rollback @4 :UInt64;
      # To this generation.
      unpin @5 :Void;
      upstreams @11 :Void;
      # Other servers serve something else than they did.
    }
    came @6 :List(Text);
    # Declarations, such as `f(x[cm])[kg]`.
    went @7 :List(Text);
    changed @8 :List(Changed);
    nFunctions @9 :UInt32;
    # How many functions it has.
    isKept @10 :Bool;
    # Whether it can be gone back to.
  }

  struct Changed {
    before @0 :Text;
    after @1 :Text;
  }

  struct Description {
    version @0 :Text;
    # Of the server.
    uptimeMs @1 :UInt64;
    generation @2 :Publication;
    # The present one.
    functions @3 :List(Function);
    # Those that are served in the order of definition, then those that no version of is served.
    origins @4 :List(Origin);
    pins @5 :Pins;
    instance @6 :Text;
    # Which server this is: another one at each start, and no two alike.
    conditions @7 :List(Condition);
    # What is wrong with the process as a whole, the oldest first.
  }

  struct Condition {
    # Something that is wrong with a server's process, or was: lines of its log that were lost, a thread that
    # panicked, a call that does not return.
    message @0 :Text;
    hint @1 :Text;
    count @2 :UInt64;
    # How often it occurred.
    sinceMs @3 :UInt64;
    # When it occurred for the first time: milliseconds since 1970 began, UTC.
  }

  struct Hop {
    # A server on the way to a function.
    instance @0 :Text;
    # Empty where that server does not say.
    address @1 :Text;
    # As it is dialled.
  }

  struct Function {
    name @0 :Text;
    state :union {
      served @1 :Void;
      waiting @2 :List(Text);
      # For these names, which no origin provides: calls fail until one does.
      unserved @3 :Void;
      # Its origin says why. Only the name and the origin are known.
      unfit @18 :Void;
      # It does not fit what it calls since another server changed: calls fail. Its origin says why.
    }
    origin @4 :UInt32;
    # Its place among the origins.
    line @5 :UInt32;
    # Of the origin's file, counted from 1; 0 for compiled code.
    sinceGeneration @6 :UInt64;
    # The generation since which it is what it is.
    sinceMs @7 :UInt64;
    # When that came: milliseconds since 1970 began, UTC.
    declaration @8 :Text;
    # Its call form with units, such as `f(x[cm])[kg]`.
    lhs @9 :Text;
    rhs @10 :Text;
    # Simplified, with conversions written out; empty for compiled code.
    units @11 :Text;
    arguments @12 :List(Argument);
    equation @13 :Text;
    # LaTeX of the right-hand side.
    citation @14 :Text;
    doc @15 :Text;
    hiddenArgs @16 :List(Text);
    route @17 :List(Hop);
    # The servers that a call goes through after this one, the next one first; empty for its own functions.
    unit @19 :Text;
    # The unit of the result as it is declared, also where `units`, which is what Kamodo shows, is empty: an angle
    # in `deg`, a ratio in `percent`.
  }

  struct Argument {
    name @0 :Text;
    units @1 :Text;
    default @2 :Kamodo.Literal;
    # Null where a call must give the argument.
  }

  struct Origin {
    # Who brings functions.
    kind @0 :Text;
    # `yaml`, `plugin` or `upstream`.
    file @1 :Text;
    # As the user named it; clients on other machines are shown the last part of an absolute path.
    name @2 :Text;
    # A plugin's own name, and its own version.
    version @3 :Text;
    digest @4 :Text;
    # The SHA-256 of a plugin's file, in hexadecimal.
    standing :union {
      served @5 :Void;
      # As it is on disk.
      refused @6 :List(Diagnostic);
      pinned @7 :Void;
      # It changed while it was pinned.
      rolledBack @8 :Void;
      # An earlier generation was asked for.
      away @10 :Text;
      # A server that cannot be reached, and why. What it served before stays listed, and calls fail.
      partly @11 :List(Diagnostic);
      # It is served, but for the functions in `unserved`, which are left out or fail for these reasons.
    }
    unserved @9 :List(Text);
    # The functions that it would bring as it is on disk, as far as they are known.
  }

  struct Standing {
    unserved @0 :List(Origin);
    # Those that are not served as they are on disk. An earlier version may be.
    pins @1 :Pins;
  }

  struct Pins {
    # What may not change.
    everything @0 :Bool;
    files @1 :List(Text);
  }

  struct Diagnostic {
    severity @0 :Severity;
    message @1 :Text;
    hint @2 :Text;
    file @3 :Text;
    function @4 :Text;
    line @5 :UInt32;
    # Counted from 1, as the column is; 0 where it stands in no line.
    column @6 :UInt32;
    rendered @7 :Text;
    # All of it as people read it; clients on other machines are not shown the line of the file.
  }

  enum Severity {
    error @0;
    warning @1;
  }
}

interface Administration extends(Extension) {
  # What the one who runs the server may ask; it is the bootstrap of a local socket, and of nothing else.

  reload @0 () -> (receipt :Receipt);
  # Looks at every file again, and takes what was rolled back from.

  rollback @1 (to :UInt64) -> (receipt :Receipt);
  # Serves what an earlier generation had, until a reload; 0 is the one before the present one.

  pin @2 (file :Text) -> (receipt :Receipt);
  # Keeps what is served of the origin with this file, whatever is saved; of all origins where it is empty.

  unpin @3 (file :Text) -> (receipt :Receipt);
  # Takes the pin off again, all pins where it is empty, and takes what changed meanwhile.

  struct Receipt {
    # What came of it.
    generation @0 :UInt64;
    # The one that is served now.
    isNew @1 :Bool;
    # Whether this published it.
    diagnostics @2 :List(Extension.Diagnostic);
    # What is wrong with the files that were looked at.
    pins @3 :Extension.Pins;
  }
}
