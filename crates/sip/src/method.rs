//! Methods of requests.

use std::fmt;

/// Defines [`Method`] and its texts.
macro_rules! methods {
    ($($name:ident $text:literal $source:literal,)*) => {
        /// A method. Methods are case-sensitive (RFC 3261 7.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method<'a> {
            $(#[doc = concat!($text, " (", $source, ").")] $name,)*
            /// Another.
            Other(&'a str),
        }

        impl<'a> Method<'a> {
            /// The method `text` is.
            #[must_use]
            pub fn of(text: &'a str) -> Self {
                match text {
                    $($text => Self::$name,)*
                    other => Self::Other(other),
                }
            }

            /// Its text.
            #[must_use]
            pub const fn as_str(&self) -> &'a str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(text) => text,
                }
            }
        }
    };
}

methods! {
    Register "REGISTER" "RFC 3261 10",
    Invite "INVITE" "RFC 3261 13",
    Ack "ACK" "RFC 3261 17.1.1.3",
    Bye "BYE" "RFC 3261 15",
    Cancel "CANCEL" "RFC 3261 9",
    Options "OPTIONS" "RFC 3261 11",
    Message "MESSAGE" "RFC 3428",
    Subscribe "SUBSCRIBE" "RFC 6665",
    Notify "NOTIFY" "RFC 6665",
    Publish "PUBLISH" "RFC 3903",
    Prack "PRACK" "RFC 3262",
    Update "UPDATE" "RFC 3311",
    Info "INFO" "RFC 6086",
    Refer "REFER" "RFC 3515",
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
