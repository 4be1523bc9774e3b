//! Causes: numbers in groups.

/// One group's values: number to generated value, number to name. Two functions: `from, name, generated type, rows`.
#[macro_export]
macro_rules! cause_group {
    ($from:ident, $name:ident, $generated:ty, $($value:literal $variant:ident $text:literal,)*) => {
        pub(crate) fn $from(value: u8) -> Option<$generated> {
            Some(match value {
                $($value => <$generated>::$variant,)*
                _ => return None,
            })
        }

        pub(crate) fn $name(value: u8) -> Option<&'static str> {
            Some(match value {
                $($value => $text,)*
                _ => return None,
            })
        }
    };
}
