//! Recordings of other people's networks: what good ones say is allowed.
