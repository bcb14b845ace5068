"""Writes yaml_pairs.jsonl: what PyYAML's safe loader reads in the maps of these texts.

    python yaml_pairs.py > yaml_pairs.jsonl

One line a text: its name, the text, and either `error`, or `maps`: for each `!Kamodo` document its pairs.
A side of a pair is `["text", …]`, `["number", …]` for a number whose text means the same number in Python,
or `["refused", …]` with what it is for YAML, which is no text. Made with PyYAML 6.0.3.
A text of which ours is read otherwise says so in `differs`.
"""

import ast
import json
import sys

import yaml

TEXTS = {
    # maps and comments
    "simple": "!Kamodo\nf: x**2 - x -1\n",
    "flow": "!Kamodo {f: x**2, g: f+1}\n",
    "flow over lines": "!Kamodo {\n  f: x,\n  g: y,\n}\n",
    "flow without blank after a quoted key": "!Kamodo {'f':x}\n",
    "flow with a bare key": "!Kamodo {f: x, g}\n",
    "flow with a call": "!Kamodo {f: max(x), g: 'max(x, y)'}\n",
    "flow with a comma in parentheses": "!Kamodo {f: max(x, y)}\n",
    "flow with a unit": "!Kamodo {f[kg]: x}\n",
    "empty": "!Kamodo\n",
    "empty flow": "!Kamodo {}\n",
    "comments": "# a\n!Kamodo # b\nf: x # c\n  # d\ng: y#e\n#\n",
    "no blank after the colon": "!Kamodo\nf:x\n",
    "colon inside": "!Kamodo\nf: a:b\n",
    "two colons": "!Kamodo\nf: a: b\n",
    "url as a value": "!Kamodo\nf: http://a\n",
    "brackets in a key": "!Kamodo\nf(x[cm],y[s])[kg]: x*y\n",
    "a key over blanks": "!Kamodo\nf ( x [ cm ] ) : x\n",
    "a key that begins with a bracket": "!Kamodo\n[f]: x\n",
    "a key in braces": "!Kamodo\n{f: x}: x\n",
    "indented map": "!Kamodo\n  f: x\n  g: y\n",
    "uneven indentation": "!Kamodo\n  f: x\n g: y\n",
    "deeper second entry": "!Kamodo\nf: x\n g: y\n",
    "entries on the tag's line": "!Kamodo f: x\n",
    "a value on the next line": "!Kamodo\nf:\n  x\n",
    "a value on the next line, not indented": "!Kamodo\nf:\nx\n",
    "blank lines": "\n\n!Kamodo\n\nf: x\n\n\ng: y\n\n",
    "no break at the end": "!Kamodo\nf: x",
    "a list": "!Kamodo\n- f: x\n",
    "a list value": "!Kamodo\nf: [x, y]\n",
    "a block list value": "!Kamodo\nf:\n- x\n- y\n",
    "a map value": "!Kamodo\nf: {x: 1}\n",
    "a nested map": "!Kamodo\nf:\n  x: 1\n",
    "a scalar": "!Kamodo x\n",
    # complex keys
    "explicit key": "!Kamodo\n? f\n: x\n",
    "explicit key without value": "!Kamodo\n? f\n",
    "explicit list key": "!Kamodo\n? [f, g]\n: x\n",
    "explicit block key": "!Kamodo\n? |\n  f\n: x\n",
    "explicit map key": "!Kamodo\n? {f: g}\n: x\n",
    "question mark in a key": "!Kamodo\n?f: x\n",
    "empty key": "!Kamodo\n: x\n",
    # quotes
    "quoted key": "!Kamodo\n'f(x[cm])[kg]': x\n",
    "double-quoted key": "!Kamodo\n\"f(x)\": x\n",
    "quoted number": "!Kamodo\nf: '5'\n",
    "quoted word": "!Kamodo\nf: 'yes'\n'on': x\n",
    "quoted nothing": "!Kamodo\nf: ''\n",
    "doubled quote": "!Kamodo\nf: 'it''s'\n",
    "escapes": "!Kamodo\nf: \"a\\tb\\\\c\\\"d\\u00b5\\x41\\n\\_e\\/\"\n",
    "an escape that is none": "!Kamodo\nf: \"\\d\"\n",
    "a backslash in single quotes": "!Kamodo\nf: '$\\frac{x}{2}$'\n",
    "folded single quotes": "!Kamodo\nf: 'x\n  + y\n\n  + z'\n",
    "folded double quotes": "!Kamodo\nf: \"x\n  + y\\\n  + z\"\n",
    "text after quotes": "!Kamodo\nf: 'x' y\n",
    "comment after quotes": "!Kamodo\nf: 'x' # y\n",
    "unclosed quote": "!Kamodo\nf: 'x\n",
    "a quoted key over lines": "!Kamodo\n'f\n g': x\n",
    # plain scalars
    "folded plain": "!Kamodo\nf: x\n  + y\n   + z\n",
    "folded plain with a blank line": "!Kamodo\nf: x\n\n  + y\n",
    "plain with a hash": "!Kamodo\nf: x #y\ng: x#y\n",
    "plain with quotes": "!Kamodo\nf: x'y\"z\n",
    "plain LaTeX": "!Kamodo\nf: $x^2$\n",
    "plain minus": "!Kamodo\nf: -x\n",
    "a dash and a blank": "!Kamodo\nf: - x\n",
    "a star": "!Kamodo\nf: *x\n",
    "an ampersand": "!Kamodo\nf: &x\n",
    "a percent sign": "!Kamodo\nf: %x\n",
    "an at sign": "!Kamodo\nf: @x\n",
    "a backtick": "!Kamodo\nf: `x`\n",
    "an exclamation mark": "!Kamodo\nf: x!\n",
    "a comma": "!Kamodo\nf: max(x, y)\n",
    "a closing bracket": "!Kamodo\nf: ]x\n",
    "greek": "!Kamodo\nμ: α + β\n",
    "a pipe in an expression": "!Kamodo\nf: a|b\n",
    "an equals sign": "!Kamodo\nf: x=1\n",
    "backslash": "!Kamodo\nf: \\x\n",
    "tilde": "!Kamodo\nf: ~x\n",
    # block scalars
    "literal": "!Kamodo\nf: |\n  x**2\n  - 1\n",
    "literal stripped": "!Kamodo\nf: |-\n  x\n\n\ng: y\n",
    "literal kept": "!Kamodo\nf: |+\n  x\n\n\ng: y\n",
    "literal indented": "!Kamodo\nf: |2\n   x\n  y\n",
    "literal indented and stripped": "!Kamodo\nf: |-1\n  x\n y\n",
    "literal deeper lines": "!Kamodo\nf: |\n  x\n    + y\n  + z\n",
    "literal with a comment": "!Kamodo\nf: | # c\n  x # d\n",
    "literal at the end": "!Kamodo\nf: |\n  x",
    "folded": "!Kamodo\nf: >\n  x\n  + y\n",
    "folded with a blank line": "!Kamodo\nf: >\n  x\n\n  + y\n",
    "folded deeper lines": "!Kamodo\nf: >\n  x\n    + y\n  + z\n",
    "folded stripped": "!Kamodo\nf: >-\n  x\n  + y\n\ng: z\n",
    "folded kept": "!Kamodo\nf: >+\n  x\n\ng: z\n",
    "empty literal": "!Kamodo\nf: |\ng: y\n",
    "literal that is not indented": "!Kamodo\nf: |\nx\n",
    "text after a pipe": "!Kamodo\nf: | x\n",
    "leading blank lines": "!Kamodo\nf: |\n\n  x\n",
    "leading blank line too deep": "!Kamodo\nf: |\n     \n  x\n",
    # numbers and words
    **{
        f"value {text}": f"!Kamodo\nf: {text}\n"
        for text in """0 5 +5 -5 00 05 017 -017 08 0o17 0x10 0X10 0xfg 0b101 0b12 1_000 1__0 5_ _5 1e5 1e+5 1E5
        1.5e5 1.5e+5 1.5E-5 1.e+5 5. .5 -.5 +.5 .5e+1 ._5 1_0.5_0 08.5 1:30 01:30 1:60 1:30:20 -1:30 1:30.5 190:20:30.15
        .inf -.inf +.inf .Inf .INF .iNF .nan .NaN .NAN -.nan inf nan Infinity ~ null Null NULL nULL yes Yes YES yEs no No NO
        on On ON off Off OFF true True TRUE tRUE false False FALSE y Y n N t = << 2001-12-14 2001-1-1
        2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z 12:30:45 1,000 1+2j 2j -0 +0 0.0 -0.0 1.2.3 0x 0b 1:2:3:4
        99999999999999999999999999""".split()
    },
    "a date with a blank": "!Kamodo\nf: 2001-12-14 21:59:43.10 -5\n",
    **{f"key {text}": f"!Kamodo\n{text}: x\n" for text in "5 1.5 yes y ~ null on true 2001-12-14 = 1:30 0x1 .inf 1e5".split()},
    # tags
    "str tag": "!Kamodo\nf: !!str 5\ng: !!str yes\n",
    "non-specific tag": "!Kamodo\nf: ! 5\n",
    "int tag": "!Kamodo\nf: !!int 5\n",
    "int tag on quotes": "!Kamodo\nf: !!int '5'\n",
    "int tag on text": "!Kamodo\nf: !!int x\n",
    "float tag": "!Kamodo\nf: !!float 5.5\n",
    "float tag on an integer": "!Kamodo\nf: !!float 5\n",
    "bool tag": "!Kamodo\nf: !!bool yes\n",
    "null tag": "!Kamodo\nf: !!null ''\n",
    "binary tag": "!Kamodo\nf: !!binary aGk=\n",
    "own tag on a value": "!Kamodo\nf: !mine x\n",
    "own tag on a key": "!Kamodo\n!mine f: x\n",
    "str tag on a key": "!Kamodo\n!!str 5: x\n",
    "python tag": "!Kamodo\nf: !!python/object/apply:os.system ['true']\n",
    "tag and anchor": "!Kamodo &a\nf: x\n",
    "anchor and tag": "&a !Kamodo\nf: x\n",
    "verbatim tag": "!<!Kamodo>\nf: x\n",
    "unknown tag": "!Foo\nf: x\n",
    "map tag": "!!map\nf: x\n",
    # anchors and merges
    "alias": "!Kamodo\nf: &e x**2\ng: *e\n",
    "alias as a key": "!Kamodo\nf: &e g\n*e : x\n",
    "undefined alias": "!Kamodo\nf: *e\n",
    "anchor defined twice": "!Kamodo\nf: &e x\ng: &e y\nh: *e\n",
    "alias of a later anchor": "!Kamodo\nf: *e\ng: &e x\n",
    "alias inside its anchor": "!Kamodo &a\nf: *a\n",
    "merge": "!Kamodo\n<<: {f: x}\ng: f+1\n",
    "merge at the end": "!Kamodo\ng: y\n<<: {f: x}\n",
    "merge that is overridden": "!Kamodo\n<<: {f: x, g: y}\nf: z\n",
    "merge list": "!Kamodo\n<<: [{f: x, g: y}, {h: x, f: z}]\ng: 2*x\n",
    "merge of a merge": "!Kamodo\n<<: {<<: {f: x}, g: y}\nh: z\n",
    "two merges": "!Kamodo\n<<: {f: x}\n<<: {g: y, f: z}\n",
    "merge of an alias": "!Kamodo\n<<: &a {f: x}\n'<<': x\n",
    "merge of a scalar": "!Kamodo\n<<: x\n",
    "merge of a list of scalars": "!Kamodo\n<<: [x]\n",
    "merge of nothing": "!Kamodo\n<<:\n",
    "duplicate key": "!Kamodo\nf: x\nf: y\n",
    "duplicate key in a merge": "!Kamodo\n<<: {f: x, f: y}\n",
    "duplicate key in other quotes": "!Kamodo\nf: x\n'f': y\n",
    # documents and directives
    "two documents": "!Kamodo\nf: x\n--- !Kamodo\ng: y\n",
    "document markers": "---\n!Kamodo\nf: x\n...\n",
    "tag on the marker's line": "--- !Kamodo\nf: x\n",
    "an anchor of another document": "!Kamodo\nf: &e x\n--- !Kamodo\ng: *e\n",
    "text after the end": "!Kamodo\nf: x\n...\ng: y\n",
    "an empty document": "--- !Kamodo\nf: x\n---\n",
    "YAML 1.1": "%YAML 1.1\n--- !Kamodo\nf: x\n",
    "YAML 1.2": "%YAML 1.2\n--- !Kamodo\nf: x\n",
    "YAML 2.0": "%YAML 2.0\n--- !Kamodo\nf: x\n",
    "two YAML directives": "%YAML 1.1\n%YAML 1.1\n--- !Kamodo\nf: x\n",
    "TAG": "%TAG !e! !Kam\n--- !e!odo\nf: x\n",
    "unknown directive": "%FOO bar\n--- !Kamodo\nf: x\n",
    "a directive without a document": "%YAML 1.1\n!Kamodo\nf: x\n",
    "undefined handle": "!e!odo\nf: x\n",
    # characters
    "byte order mark": "\ufeff!Kamodo\nf: x\n",
    "carriage returns": "!Kamodo\r\nf: x\r\ng: |\r\n  a\r\n  b\r\nh: 'c\r\n  d'\r\n",
    "carriage returns alone": "!Kamodo\rf: x\rg: y\r",
    "tab after the colon": "!Kamodo\nf:\tx\n",
    "tab before a comment": "!Kamodo\nf: x\t# c\n",
    "tab as indentation": "!Kamodo\nf:\n\tx\n",
    "tab before a key": "!Kamodo\n\tf: x\n",
    "tab inside": "!Kamodo\nf: x\t+ y\n",
    "tab in a literal": "!Kamodo\nf: |\n  x\t+\n  \ty\n",
    "tabs before keys": "!Kamodo\n\tf: x\n\tg: y\n",
    "tab before a nested key": "!Kamodo\n<<:\n  \tf: x\n",
    "tab before a quoted key": "!Kamodo\n\t'f': x\n",
    "tab before a continued line": "!Kamodo\nf: x\n\t+ y\n",
    "tab in flow": "!Kamodo {\n\tf: x\n}\n",
    "tab at a line's end": "!Kamodo\nf: x\t\ng: y\n",
    "NUL": "!Kamodo\nf: x\0\ng: y\n",
    "bell": "!Kamodo\nf: x\a\n",
    "delete": "!Kamodo\nf: x\x7f\n",
    "next line": "!Kamodo\nf: x\x85g: y\n",
    "line separator": "!Kamodo\nf: x\u2028g: y\n",
    "no-break space": "!Kamodo\nf:\xa0x\n",
    "no-break space inside": "!Kamodo\nf: x\xa0+ y\n",
    "an emoji": "!Kamodo\nf: \U0001f600\n",
    "a byte order mark inside": "!Kamodo\nf: x\ufeffy\n",
    "a noncharacter": "!Kamodo\nf: x\ufffe\n",
    "a key of 1100 letters": "!Kamodo\n" + "f" * 1100 + ": x\n",
    "a quoted key of 1100 letters": "!Kamodo\n'" + "f" * 1100 + "': x\n",
}

# Where ours is read otherwise, and why.
DIFFERS = {
    "duplicate key": "a duplicate is a mistake",
    "duplicate key in a merge": "a duplicate is a mistake",
    "duplicate key in other quotes": "a duplicate is a mistake",
    "literal at the end": "the line break that is missing is added",
    "anchor defined twice": "YAML allows it: the last one counts",
    "escapes": "`\\_` is refused in a definition, where its author meant LaTeX",
    "tab after the colon": "YAML 1.2 allows tabs between words",
    "tab before a comment": "YAML 1.2 allows tabs between words",
    "tab inside": "YAML 1.2 allows tabs between words",
    "tab in flow": "YAML 1.2 allows tabs between words",
    "tab at a line's end": "YAML 1.2 allows tabs between words",
    "next line": "YAML 1.2 takes it for a letter",
    "line separator": "YAML 1.2 takes it for a letter",
}


class Loader(yaml.SafeLoader):
    """The published server's: the tag holds a map."""


def kind(loader, node):
    """One side of a pair."""
    value = loader.construct_object(node, deep=True)
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            read = ast.literal_eval(node.value)
        except (SyntaxError, ValueError):
            read = None
        if type(read) is type(value) and read == value:
            return ["number", node.value]
    return ["refused", type(value).__name__]


def pairs(loader, node):
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "expected a map", node.start_mark)
    loader.flatten_mapping(node)
    last, order = {}, []
    for key_node, value_node in node.value:
        key = kind(loader, key_node)
        if tuple(key) not in last:
            order.append(key)
        last[tuple(key)] = kind(loader, value_node)
    return [[key, last[tuple(key)]] for key in order]


Loader.add_constructor("!Kamodo", pairs)


def empty(node):
    return isinstance(node, yaml.ScalarNode) and node.tag == "!Kamodo" and node.value == ""


def main():
    for name, text in TEXTS.items():
        row = {"name": name, "text": text}
        try:
            maps = []
            loader = Loader(text)
            while loader.check_node():
                node = loader.get_node()
                if empty(node):  # ours reads it as an empty map
                    maps.append([])
                elif node.tag == "!Kamodo":
                    maps.append(loader.construct_document(node))
                else:
                    raise yaml.constructor.ConstructorError(None, None, f"the tag {node.tag}", node.start_mark)
            row["maps"] = maps
        except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
            row["error"] = " ".join(str(getattr(error, "problem", None) or error).split())[:80]
        if name in DIFFERS:
            row["differs"] = DIFFERS[name]
        print(json.dumps(row))
    print(f"{len(TEXTS)} texts, PyYAML {yaml.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
