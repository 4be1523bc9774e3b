//! Where a UE is (TS 38.413 9.3.1.16).

use crate::identity::{ecgi_asn1, ecgi_of, ncgi_asn1, ncgi_of, tai_asn1, tai_of};
use crate::{Ngap, TransportLayerAddress};
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::Ecgi;
use quintet_identity::fgs::{Ncgi, Tai};

/// User Location Information (TS 38.413 9.3.1.16). Those of trusted non-3GPP access, trusted WLAN and wireline access are
/// not among them: they do not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserLocationInformation {
    /// In a cell of NR.
    Nr {
        /// The cell.
        nr_cgi: Ncgi,
        /// Its tracking area.
        tai: Tai,
        /// When it was there: seconds since 1900 (RFC 5905), if it is known.
        time_stamp: Option<u32>,
    },
    /// In a cell of E-UTRA that is connected to the 5GC.
    Eutra {
        /// The cell.
        eutra_cgi: Ecgi,
        /// Its tracking area.
        tai: Tai,
        /// When it was there: seconds since 1900 (RFC 5905), if it is known.
        time_stamp: Option<u32>,
    },
    /// Behind a non-3GPP interworking function.
    N3iwf {
        /// The UE's address.
        ip_address: TransportLayerAddress,
        /// Its UDP or TCP port, behind a translator of addresses.
        port_number: u16,
    },
}

impl UserLocationInformation {
    /// In a cell of NR, now.
    #[must_use]
    pub const fn nr(nr_cgi: Ncgi, tai: Tai) -> Self {
        Self::Nr {
            nr_cgi,
            tai,
            time_stamp: None,
        }
    }

    /// The tracking area, of a UE in 3GPP access.
    #[must_use]
    pub const fn tai(&self) -> Option<Tai> {
        match *self {
            Self::Nr { tai, .. } | Self::Eutra { tai, .. } => Some(tai),
            Self::N3iwf { .. } => None,
        }
    }
}

fn time_of(generated: Option<asn1::TimeStamp>) -> Option<u32> {
    generated.map(|time| u32::from_be_bytes(time.0))
}

fn time_asn1(time: Option<u32>) -> Option<asn1::TimeStamp> {
    time.map(|time| asn1::TimeStamp(time.to_be_bytes()))
}

impl<'a> Generated<'a, Ngap> for UserLocationInformation {
    type Asn1 = asn1::UserLocationInformation<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        use asn1::UserLocationInformation as Asn1;
        Some(match generated {
            Asn1::userLocationInformationNR(at) => Self::Nr {
                nr_cgi: ncgi_of(&at.nr_cgi)?,
                tai: tai_of(&at.tai)?,
                time_stamp: time_of(at.time_stamp),
            },
            Asn1::userLocationInformationEUTRA(at) => Self::Eutra {
                eutra_cgi: ecgi_of(&at.eutra_cgi)?,
                tai: tai_of(&at.tai)?,
                time_stamp: time_of(at.time_stamp),
            },
            Asn1::userLocationInformationN3IWF_with_PortNumber(at) => Self::N3iwf {
                ip_address: TransportLayerAddress::of_bits(&at.ip_address.0)?,
                port_number: u16::from_be_bytes(at.port_number.0),
            },
            _ => return None,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        use asn1::UserLocationInformation as Asn1;
        Ok(match *self {
            Self::Nr {
                nr_cgi,
                tai,
                time_stamp,
            } => Asn1::userLocationInformationNR(asn1::UserLocationInformationNR::new(
                ncgi_asn1(nr_cgi)?,
                tai_asn1(tai),
                time_asn1(time_stamp),
                None,
            )),
            Self::Eutra {
                eutra_cgi,
                tai,
                time_stamp,
            } => Asn1::userLocationInformationEUTRA(asn1::UserLocationInformationEUTRA::new(
                ecgi_asn1(eutra_cgi)?,
                tai_asn1(tai),
                time_asn1(time_stamp),
                None,
            )),
            Self::N3iwf {
                ip_address,
                port_number,
            } => {
                let at = asn1::UserLocationInformationN3IWFWithPortNumber::new(
                    asn1::TransportLayerAddress(ip_address.bits()),
                    asn1::PortNumber(port_number.to_be_bytes()),
                    None,
                );
                Asn1::userLocationInformationN3IWF_with_PortNumber(at)
            }
        })
    }
}

plain_values!(Ngap: UserLocationInformation);
