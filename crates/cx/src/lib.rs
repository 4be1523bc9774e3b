//! Cx, sans-IO: typed commands over Diameter and the user profile in XML.

#![forbid(unsafe_code)]
