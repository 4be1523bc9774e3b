//! NR: captures against tshark and their labels, RRC messages against the values that pycrate wrote into them, and PDUs of
//! every layer made here.

mod corpus;
mod layers;
mod vectors;
