//! numpy's element types and scalars.

use bytemuck::Pod;
use half::f16;
use num_complex::Complex;

macro_rules! dtypes {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $name:literal, $code:literal, $size:literal;)*) => {
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

            /// Returns numpy's code without the byte order, such as `f8`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
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

            /// Returns a buffer of this one element.
            #[must_use]
            pub fn into_buffer(self) -> Buffer {
                match self { $(Self::$variant(element) => Buffer::$variant(vec![element]),)* }
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

            /// Makes a buffer of zeros, which the system gives without writing them.
            #[must_use]
            pub fn zeroed(dtype: Dtype, n_elements: usize) -> Self {
                match dtype { $(Dtype::$variant => Self::$variant(bytemuck::zeroed_vec(n_elements)),)* }
            }

            /// Returns the elements as they lie in memory; a truth is one byte, 0 or 1.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                match self { $(Self::$variant(elements) => bytemuck::cast_slice(elements),)* }
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
    Bool(bool) = "bool", "b1", 1;
    /// `int8`
    Int8(i8) = "int8", "i1", 1;
    /// `int16`
    Int16(i16) = "int16", "i2", 2;
    /// `int32`
    Int32(i32) = "int32", "i4", 4;
    /// `int64`
    Int64(i64) = "int64", "i8", 8;
    /// `uint8`
    Uint8(u8) = "uint8", "u1", 1;
    /// `uint16`
    Uint16(u16) = "uint16", "u2", 2;
    /// `uint32`
    Uint32(u32) = "uint32", "u4", 4;
    /// `uint64`
    Uint64(u64) = "uint64", "u8", 8;
    /// `float16`
    Float16(f16) = "float16", "f2", 2;
    /// `float32`
    Float32(f32) = "float32", "f4", 4;
    /// `float64`
    Float64(f64) = "float64", "f8", 8;
    /// `complex64`
    Complex64(Complex<f32>) = "complex64", "c8", 8;
    /// `complex128`
    Complex128(Complex<f64>) = "complex128", "c16", 16;
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

// === impl Scalar ===

impl Scalar {
    /// Returns an integer; none for a truth, and for what is no integer.
    #[must_use]
    pub fn as_integer(self) -> Option<i128> {
        Some(match self {
            Self::Int8(integer) => integer.into(),
            Self::Int16(integer) => integer.into(),
            Self::Int32(integer) => integer.into(),
            Self::Int64(integer) => integer.into(),
            Self::Uint8(integer) => integer.into(),
            Self::Uint16(integer) => integer.into(),
            Self::Uint32(integer) => integer.into(),
            Self::Uint64(integer) => integer.into(),
            _ => return None,
        })
    }

    /// Returns a real number as the nearest double, a truth as 0 or 1; none for a complex number.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        Some(match self {
            Self::Bool(truth) => f64::from(u8::from(truth)),
            Self::Float16(float) => float.to_f64(),
            Self::Float32(float) => float.into(),
            Self::Float64(float) => float,
            Self::Complex64(_) | Self::Complex128(_) => return None,
            integer => integer.as_integer()? as f64,
        })
    }

    /// Returns any number as a complex one of doubles.
    #[must_use]
    pub fn as_complex(self) -> Complex<f64> {
        match self {
            Self::Complex64(complex) => Complex::new(complex.re.into(), complex.im.into()),
            Self::Complex128(complex) => complex,
            real => Complex::from(real.as_f64().unwrap_or(f64::NAN)),
        }
    }
}

// === impl Buffer ===

impl Buffer {
    /// Reads elements as they lie in memory; any byte but 0 is a truth that holds.
    ///
    /// # Panics
    /// If there is part of an element.
    #[must_use]
    pub fn from_bytes(dtype: Dtype, bytes: &[u8]) -> Self {
        match dtype {
            Dtype::Bool => Self::Bool(bytes.iter().map(|&byte| byte != 0).collect()),
            Dtype::Int8 => Self::Int8(elements(bytes)),
            Dtype::Int16 => Self::Int16(elements(bytes)),
            Dtype::Int32 => Self::Int32(elements(bytes)),
            Dtype::Int64 => Self::Int64(elements(bytes)),
            Dtype::Uint8 => Self::Uint8(elements(bytes)),
            Dtype::Uint16 => Self::Uint16(elements(bytes)),
            Dtype::Uint32 => Self::Uint32(elements(bytes)),
            Dtype::Uint64 => Self::Uint64(elements(bytes)),
            Dtype::Float16 => Self::Float16(elements(bytes)),
            Dtype::Float32 => Self::Float32(elements(bytes)),
            Dtype::Float64 => Self::Float64(elements(bytes)),
            Dtype::Complex64 => Self::Complex64(elements(bytes)),
            Dtype::Complex128 => Self::Complex128(elements(bytes)),
        }
    }

    /// Returns the elements as they lie in memory, to be written; none for truths, of which not every byte is one.
    pub fn as_bytes_mut(&mut self) -> Option<&mut [u8]> {
        Some(match self {
            Self::Bool(_) => return None,
            Self::Int8(elements) => bytemuck::cast_slice_mut(elements),
            Self::Int16(elements) => bytemuck::cast_slice_mut(elements),
            Self::Int32(elements) => bytemuck::cast_slice_mut(elements),
            Self::Int64(elements) => bytemuck::cast_slice_mut(elements),
            Self::Uint8(elements) => elements,
            Self::Uint16(elements) => bytemuck::cast_slice_mut(elements),
            Self::Uint32(elements) => bytemuck::cast_slice_mut(elements),
            Self::Uint64(elements) => bytemuck::cast_slice_mut(elements),
            Self::Float16(elements) => bytemuck::cast_slice_mut(elements),
            Self::Float32(elements) => bytemuck::cast_slice_mut(elements),
            Self::Float64(elements) => bytemuck::cast_slice_mut(elements),
            Self::Complex64(elements) => bytemuck::cast_slice_mut(elements),
            Self::Complex128(elements) => bytemuck::cast_slice_mut(elements),
        })
    }

    /// Returns real elements as the nearest doubles, truths as 0 and 1; none for complex ones.
    #[must_use]
    pub fn to_doubles(&self) -> Option<Vec<f64>> {
        match self {
            Self::Float64(elements) => Some(elements.clone()),
            Self::Float32(elements) => Some(elements.iter().map(|&float| float.into()).collect()),
            other => (0..other.len()).map(|index| other.get(index)?.as_f64()).collect(),
        }
    }
}

fn elements<T: Pod>(bytes: &[u8]) -> Vec<T> {
    match bytemuck::try_cast_slice(bytes) {
        Ok(elements) => elements.to_vec(),
        Err(_) => bytemuck::pod_collect_to_vec(bytes), // they do not lie where such elements may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back() {
        for &dtype in Dtype::ALL {
            let bytes: Vec<u8> = (0..3 * dtype.size()).map(|byte| u8::from(byte % 2 == 0)).collect();
            let buffer = Buffer::from_bytes(dtype, &bytes);
            assert_eq!((buffer.dtype(), buffer.len(), buffer.as_bytes()), (dtype, 3, &bytes[..]));
            assert_eq!(Buffer::zeroed(dtype, 3).as_bytes(), vec![0; bytes.len()]);
            assert_eq!(Dtype::from_code(dtype.code()), Some(dtype));
        }
    }

    #[test]
    fn numbers_of_any_type() {
        let of = |scalar: Scalar| (scalar.as_integer(), scalar.as_f64());
        assert_eq!(of(Scalar::Uint64(u64::MAX)), (Some(u64::MAX.into()), Some(18_446_744_073_709_551_615.0)));
        assert_eq!(of(Scalar::Bool(true)), (None, Some(1.0)));
        assert_eq!(of(Scalar::Complex64(Complex::new(1.0, 2.0))), (None, None));
        assert_eq!(Scalar::Int8(-3).as_complex(), Complex::new(-3.0, 0.0));
        assert_eq!(Buffer::Uint8(vec![1, 2]).to_doubles(), Some(vec![1.0, 2.0]));
        assert_eq!(Buffer::Complex64(vec![Complex::new(1.0, 2.0)]).to_doubles(), None);
    }
}
