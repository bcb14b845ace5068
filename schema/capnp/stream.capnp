@0x86c366a91393f3f8;
# What a method with `-> stream` answers. The compiler looks for this standard file under this name, and
# Debian's package of the compiler does not bring it.

struct StreamResult @0x995f9a3377c0b16e {
  # Nothing.
}
