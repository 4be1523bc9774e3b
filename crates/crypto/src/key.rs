//! Key types: zeroised when dropped, redacted when printed, compared in constant time.
//!
//! Zeroising writes the whole array and then hides it behind an optimisation barrier, rather than octet by octet with
//! volatile writes: a quintet drops about a hundred octets of key, which would cost as much as making it.

/// Defines a key of a fixed number of octets.
macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $octets:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name([u8; $octets]);

        impl $name {
            /// Length in octets.
            pub const OCTETS: usize = $octets;

            /// From its octets.
            #[must_use]
            #[inline]
            pub const fn new(octets: [u8; $octets]) -> Self {
                Self(octets)
            }

            /// The octets: for a cipher, a wire or a store; never for a log.
            #[must_use]
            #[inline]
            pub const fn expose(&self) -> &[u8; $octets] {
                &self.0
            }
        }

        impl ::zeroize::Zeroize for $name {
            #[inline]
            fn zeroize(&mut self) {
                self.0 = [0; $octets];
                ::zeroize::optimization_barrier(&self.0);
            }
        }

        $crate::key::key_traits!($name);
    };
}

/// Defines a key of 128 or 256 bits.
macro_rules! long_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            octets: [u8; 32],
            length: u8,
        }

        impl $name {
            /// From 16 or 32 octets; `None` for any other length.
            #[must_use]
            #[inline]
            pub fn new(octets: &[u8]) -> Option<Self> {
                if octets.len() != 16 && octets.len() != 32 {
                    return None;
                }
                let mut key = Self { octets: [0; 32], length: octets.len() as u8 };
                key.octets[..octets.len()].copy_from_slice(octets);
                Some(key)
            }

            /// From 16 octets.
            #[must_use]
            #[inline]
            pub fn new_128(octets: [u8; 16]) -> Self {
                let mut key = Self { octets: [0; 32], length: 16 };
                key.octets[..16].copy_from_slice(&octets);
                key
            }

            /// From 32 octets.
            #[must_use]
            #[inline]
            pub fn new_256(octets: [u8; 32]) -> Self {
                Self { octets, length: 32 }
            }

            /// The octets (16 or 32): for a cipher, a wire or a store; never for a log.
            #[must_use]
            #[inline]
            pub fn expose(&self) -> &[u8] {
                &self.octets[..usize::from(self.length)]
            }

            /// The octets if the key has 128 bits.
            #[must_use]
            #[inline]
            pub fn expose_128(&self) -> Option<&[u8; 16]> {
                if self.length == 16 { self.octets.first_chunk() } else { None }
            }
        }

        impl ::zeroize::Zeroize for $name {
            #[inline]
            fn zeroize(&mut self) {
                self.octets = [0; 32];
                ::zeroize::optimization_barrier(&self.octets);
            }
        }

        $crate::key::key_traits!($name);
    };
}

/// What every key type has: the wipe on drop, the comparison in constant time, the redacted print.
macro_rules! key_traits {
    ($name:ident) => {
        impl Drop for $name {
            #[inline]
            fn drop(&mut self) {
                ::zeroize::Zeroize::zeroize(self);
            }
        }

        impl ::zeroize::ZeroizeOnDrop for $name {}

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                ::subtle::ConstantTimeEq::ct_eq(&self.expose()[..], &other.expose()[..]).into()
            }
        }

        impl Eq for $name {}

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}(redacted)", stringify!($name))
            }
        }
    };
}

pub(crate) use {key, key_traits};

long_key!(
    /// The subscriber key: 128 bits, or 256 with TUAK (TS 33.102 6.3, TS 35.231 2.3).
    K
);
key!(
    /// MILENAGE's operator variant configuration value (TS 35.205).
    Op, 16
);
key!(
    /// OP enciphered with K: what HSS and USIM store (TS 35.206 4.1).
    Opc, 16
);
key!(
    /// TUAK's operator variant configuration value (TS 35.231).
    Top, 32
);
key!(
    /// TOP bound to K: what HSS and USIM store (TS 35.231 6.1).
    Topc, 32
);
long_key!(
    /// Cipher key: 128 bits, or 256 with TUAK (TS 33.102 6.3).
    Ck
);
long_key!(
    /// Integrity key: 128 bits, or 256 with TUAK (TS 33.102 6.3).
    Ik
);
key!(
    /// Anonymity key: 48 bits (TS 33.102 6.3).
    Ak, 6
);

#[cfg(test)]
mod tests {
    use crate::*;
    use std::fmt::Debug;

    /// Prints redacted: the name, and no octet of 0xab in any base that `Debug` might choose.
    fn redacted(value: impl Debug, name: &str) {
        let text = format!("{value:?} {value:#?}");
        assert!(text.contains(&format!("{name}(redacted)")), "{text}");
        assert!(
            !text.contains("171") && !text.to_lowercase().contains("ab,"),
            "{text}"
        );
    }

    #[test]
    fn keys_print_redacted() {
        redacted(K::new_128([0xab; 16]), "K");
        redacted(Op::new([0xab; 16]), "Op");
        redacted(Opc::new([0xab; 16]), "Opc");
        redacted(Top::new([0xab; 32]), "Top");
        redacted(Topc::new([0xab; 32]), "Topc");
        redacted(Ck::new_256([0xab; 32]), "Ck");
        redacted(Ik::new_128([0xab; 16]), "Ik");
        redacted(Ak::new([0xab; 6]), "Ak");
        redacted(Kasme::new([0xab; 32]), "Kasme");
        redacted(KeNb::new([0xab; 32]), "KeNb");
        redacted(Nh::new([0xab; 32]), "Nh");
        redacted(KNasInt::new([0xab; 16]), "KNasInt");
        redacted(Res::new(&[0xab; 8]), "Res");
        redacted(Mac::new(&[0xab; 8]), "Mac");
    }

    /// What holds keys hides them too.
    #[test]
    fn holders_of_keys_print_redacted() {
        let milenage = Milenage::new(K::new_128([0xab; 16]), Opc::new([0xab; 16])).unwrap();
        let functions = AuthenticationFunctions::Milenage(milenage);
        redacted(&functions, "Opc");
        redacted(functions.quintet(&[0; 16], Sqn::default(), Amf::default()), "Ck");
        let tuak = Tuak::new(
            K::new(&[0xab; 32]).unwrap(),
            Topc::new([0xab; 32]),
            TuakSizes::default(),
        );
        redacted(tuak, "Topc");
        redacted(Xor::new(K::new_128([0xab; 16])).unwrap(), "K");
    }

    #[test]
    fn keys_are_wiped() {
        use zeroize::Zeroize;
        let (mut long, mut fixed) = (K::new(&[0xab; 32]).unwrap(), Opc::new([0xab; 16]));
        long.zeroize();
        fixed.zeroize();
        assert_eq!((long.expose(), fixed.expose()), (&[0; 32][..], &[0; 16]));
    }

    #[test]
    fn lengths_and_equality() {
        assert!(K::new(&[0; 15]).is_none() && K::new(&[0; 24]).is_none());
        assert_ne!(K::new(&[0; 16]), K::new(&[0; 32]), "a prefix is another key");
        assert!(K::new(&[1; 32]).unwrap().expose_128().is_none());
        assert!(Res::new(&[0; 3]).is_none() && Res::new(&[0; 17]).is_none());
        assert!(Mac::new(&[0; 4]).is_none());
        assert_ne!(Mac::new(&[0; 8]), Mac::new(&[0; 16]), "a prefix is another MAC");
    }
}
