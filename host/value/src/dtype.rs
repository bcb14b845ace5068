//! numpy's element types and scalars.

use half::f16;
use num_complex::Complex;

macro_rules! dtypes {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $name:literal, $size:literal;)*) => {
        /// An element type, named as numpy names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Dtype { $($(#[$doc])* $variant,)* }

        impl Dtype {
            /// Every element type.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns numpy's name, such as `float64`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the bytes that an element takes.
            #[must_use]
            pub fn size(self) -> usize {
                match self { $(Self::$variant => $size,)* }
            }
        }

        /// A numpy scalar: one element together with its type.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub enum Scalar { $($(#[$doc])* $variant($type),)* }

        impl Scalar {
            /// Returns the element type.
            #[must_use]
            pub fn dtype(&self) -> Dtype {
                match self { $(Self::$variant(_) => Dtype::$variant,)* }
            }
        }

        /// The elements of an array, in C order.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Buffer { $($(#[$doc])* $variant(Vec<$type>),)* }

        impl Buffer {
            /// Returns the element type.
            #[must_use]
            pub fn dtype(&self) -> Dtype {
                match self { $(Self::$variant(_) => Dtype::$variant,)* }
            }

            /// Returns the number of elements.
            #[must_use]
            pub fn len(&self) -> usize {
                match self { $(Self::$variant(elements) => elements.len(),)* }
            }

            /// Returns whether there is no element.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Returns the element at `index` of the flat buffer.
            #[must_use]
            pub fn get(&self, index: usize) -> Option<Scalar> {
                match self { $(Self::$variant(elements) => elements.get(index).copied().map(Scalar::$variant),)* }
            }
        }

        $(impl From<Vec<$type>> for Buffer {
            fn from(elements: Vec<$type>) -> Self { Self::$variant(elements) }
        }
        impl From<$type> for Scalar {
            fn from(element: $type) -> Self { Self::$variant(element) }
        })*
    };
}

dtypes! {
    /// `bool`
    Bool(bool) = "bool", 1;
    /// `int8`
    Int8(i8) = "int8", 1;
    /// `int16`
    Int16(i16) = "int16", 2;
    /// `int32`
    Int32(i32) = "int32", 4;
    /// `int64`
    Int64(i64) = "int64", 8;
    /// `uint8`
    Uint8(u8) = "uint8", 1;
    /// `uint16`
    Uint16(u16) = "uint16", 2;
    /// `uint32`
    Uint32(u32) = "uint32", 4;
    /// `uint64`
    Uint64(u64) = "uint64", 8;
    /// `float16`
    Float16(f16) = "float16", 2;
    /// `float32`
    Float32(f32) = "float32", 4;
    /// `float64`
    Float64(f64) = "float64", 8;
    /// `complex64`
    Complex64(Complex<f32>) = "complex64", 8;
    /// `complex128`
    Complex128(Complex<f64>) = "complex128", 16;
}

impl Dtype {
    /// Finds the element type of numpy's name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dtype| dtype.name() == name)
    }

    /// Finds the element type of numpy's code without its byte order: `f8`, `d`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "b1" | "?" => Self::Bool,
            "i1" | "b" => Self::Int8,
            "i2" | "h" => Self::Int16,
            "i4" | "i" => Self::Int32,
            "i8" | "l" | "q" => Self::Int64,
            "u1" | "B" => Self::Uint8,
            "u2" | "H" => Self::Uint16,
            "u4" | "I" => Self::Uint32,
            "u8" | "L" | "Q" => Self::Uint64,
            "f2" | "e" => Self::Float16,
            "f4" | "f" => Self::Float32,
            "f8" | "d" => Self::Float64,
            "c8" | "F" => Self::Complex64,
            "c16" | "D" => Self::Complex128,
            _ => return None,
        })
    }
}
