//! An MME that is no more than a connection: it writes requests and reads answers.

use super::PATIENCE;
use quintet_crypto::Rand;
use quintet_cx::FeatureList;
use quintet_diameter::dict::{application, avp, command, vendor};
use quintet_diameter::{AvpId, CommandFlags, Header, Inbox, Message, MessageWriter};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// The realm of MMEs and, unless a test says otherwise, of the HSS.
pub(crate) const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

/// Visited-PLMN-Id of 001-01 (TS 29.272 7.3.9).
const VISITED_PLMN: [u8; 3] = [0x00, 0xf1, 0x10];

/// What it offers: those of an MME, and that of an application server.
const APPLICATIONS: [u32; 3] = [application::S6A, application::S13, application::SH];

/// SMS in MME, of Feature-List-ID 2 (TS 29.272 7.3.10).
const SMS_IN_MME: u32 = 1;

/// An octet string that is a whole message.
pub(crate) type Octets = Vec<u8>;

/// A connection to the HSS.
pub(crate) struct Mme {
    pub(crate) stream: TcpStream,
    inbox: Inbox,
    host: String,
    hop_by_hop: u32,
}

/// One vector of an AIA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenge {
    pub(crate) rand: Rand,
    pub(crate) autn: [u8; 16],
}

impl Mme {
    /// Connects and exchanges capabilities, which must succeed.
    pub(crate) fn connect(address: SocketAddr, host: &str) -> Self {
        Self::connect_for(address, host, &APPLICATIONS)
    }

    /// The same of another node than an MME, with applications of its own.
    pub(crate) fn connect_for(address: SocketAddr, host: &str, applications: &[u32]) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        let mut mme = Self::offering(stream, host, applications).unwrap();
        let cea = mme.receive().unwrap();
        assert_eq!(result(&cea), 2001, "the capabilities exchange of {host}");
        mme
    }

    /// Connects and sends a CER.
    pub(crate) fn try_connect(address: SocketAddr, host: &str) -> io::Result<Self> {
        Self::over(TcpStream::connect(address)?, host)
    }

    /// Sends a CER over a connection.
    pub(crate) fn over(stream: TcpStream, host: &str) -> io::Result<Self> {
        Self::offering(stream, host, &APPLICATIONS)
    }

    fn offering(stream: TcpStream, host: &str, applications: &[u32]) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut mme = Self {
            stream,
            inbox: Inbox::new(),
            host: host.to_owned(),
            hop_by_hop: 0,
        };
        let cer = mme.cer(applications);
        mme.stream.write_all(&cer)?;
        Ok(mme)
    }

    fn cer(&self, applications: &[u32]) -> Octets {
        build(command::CAPABILITIES_EXCHANGE, 0, 0, |w| {
            w.text(avp::ORIGIN_HOST, &self.host);
            w.text(avp::ORIGIN_REALM, REALM);
            w.address(avp::HOST_IP_ADDRESS, [127, 0, 0, 1].into());
            w.u32(avp::VENDOR_ID, 0);
            w.text(avp::PRODUCT_NAME, "MME");
            w.u32(avp::SUPPORTED_VENDOR_ID, vendor::TGPP);
            for id in applications {
                w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
                    w.u32(avp::VENDOR_ID, vendor::TGPP);
                    w.u32(avp::AUTH_APPLICATION_ID, *id);
                });
            }
        })
    }

    /// Writes octets as they are.
    pub(crate) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.write_all(octets)
    }

    /// The next message that is no watchdog and no request of the HSS but DPR: those are answered.
    pub(crate) fn receive(&mut self) -> io::Result<Octets> {
        loop {
            let octets = self.next_message()?;
            let header = *Message::decode(&octets).unwrap().header();
            if !header.flags.request() || header.code == command::DISCONNECT_PEER {
                return Ok(octets);
            }
            self.confirm(&octets)?;
        }
    }

    /// The next request of the server that is none of the base protocol's, confirmed.
    pub(crate) fn told(&mut self) -> io::Result<Octets> {
        loop {
            let octets = self.next_message()?;
            let header = *Message::decode(&octets).unwrap().header();
            if header.flags.request() {
                self.confirm(&octets)?;
                if header.application_id != 0 {
                    return Ok(octets);
                }
            }
        }
    }

    fn next_message(&mut self) -> io::Result<Octets> {
        loop {
            if let Some(octets) = self.inbox.next() {
                return Ok(octets.expect("the server writes whole messages").to_vec());
            }
            match self.stream.read(self.inbox.space())? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => self.inbox.filled(n),
            }
        }
    }

    /// Answers a request of the server with success.
    pub(crate) fn confirm(&mut self, request: &[u8]) -> io::Result<()> {
        let request = Message::decode(request).unwrap();
        let mut out = Vec::new();
        let mut w = MessageWriter::answer(&mut out, &request, false);
        if let Some(session) = request.find(avp::SESSION_ID) {
            w.raw(session.raw);
            w.u32(avp::AUTH_SESSION_STATE, 1);
        }
        w.u32(avp::RESULT_CODE, 2001);
        w.text(avp::ORIGIN_HOST, &self.host);
        w.text(avp::ORIGIN_REALM, REALM);
        w.finish();
        self.send(&out)
    }

    /// Sends a request and takes the answer to it.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<Octets> {
        self.send(request)?;
        let wanted = Message::decode(request).unwrap().header().hop_by_hop;
        loop {
            let answer = self.receive()?;
            if Message::decode(&answer).unwrap().header().hop_by_hop == wanted {
                return Ok(answer);
            }
        }
    }

    /// An AIR for so many E-UTRAN vectors, with Re-Synchronization-Info if there is some.
    pub(crate) fn air(&mut self, imsi: &str, vectors: u32, token: Option<&[u8]>) -> Octets {
        self.request(command::AUTHENTICATION_INFORMATION, imsi, |w| {
            w.octets(avp::VISITED_PLMN_ID, &VISITED_PLMN);
            w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
                w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, vectors);
                if let Some(token) = token {
                    w.octets(avp::RE_SYNCHRONIZATION_INFO, token);
                }
            });
        })
    }

    /// An initial-attach ULR over E-UTRAN.
    pub(crate) fn ulr(&mut self, imsi: &str) -> Octets {
        let host = self.host.clone();
        self.ulr_of(imsi, &host)
    }

    /// The same of an MME that takes short messages under a number of its own (SMS in MME), octets as of MME-Number-for-MT-SMS.
    pub(crate) fn ulr_with_sms(&mut self, imsi: &str, number: &[u8]) -> Octets {
        let host = self.host.clone();
        self.request_of(&host, command::UPDATE_LOCATION, imsi, |w| {
            let second = FeatureList {
                vendor_id: vendor::TGPP,
                id: 2,
                list: SMS_IN_MME,
                required: false,
            };
            FeatureList::write_all(w, &[second]);
            w.octets(avp::MME_NUMBER_FOR_MT_SMS, number);
            w.u32(avp::SMS_REGISTER_REQUEST, 0);
            write_attach(w);
        })
    }

    /// An initial-attach ULR over E-UTRAN of an MME that this one is the agent of.
    pub(crate) fn ulr_of(&mut self, imsi: &str, host: &str) -> Octets {
        self.request_of(host, command::UPDATE_LOCATION, imsi, write_attach)
    }

    fn request(&mut self, code: u32, imsi: &str, write: impl FnOnce(&mut MessageWriter<'_>)) -> Octets {
        let host = self.host.clone();
        self.request_of(&host, code, imsi, write)
    }

    fn request_of(
        &mut self,
        host: &str,
        code: u32,
        imsi: &str,
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Octets {
        self.hop_by_hop += 1;
        let id = self.hop_by_hop;
        build(code, application::S6A, id, |w| {
            w.text(avp::SESSION_ID, &format!("{host};1;{id}"));
            w.u32(avp::AUTH_SESSION_STATE, 1);
            w.text(avp::ORIGIN_HOST, host);
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_REALM, REALM);
            w.text(avp::USER_NAME, imsi);
            write(w);
        })
    }
}

/// What every initial-attach ULR over E-UTRAN says.
fn write_attach(w: &mut MessageWriter<'_>) {
    w.u32(avp::RAT_TYPE, 1004);
    w.u32(avp::ULR_FLAGS, 0b10_0010);
    w.octets(avp::VISITED_PLMN_ID, &VISITED_PLMN);
}

/// A request.
pub(crate) fn build(
    code: u32,
    application_id: u32,
    id: u32,
    write: impl FnOnce(&mut MessageWriter<'_>),
) -> Octets {
    let proxiable = if application_id == 0 {
        0
    } else {
        CommandFlags::PROXIABLE
    };
    let flags = CommandFlags(CommandFlags::REQUEST | proxiable);
    let header = Header {
        version: 1,
        length: 0,
        flags,
        code,
        application_id,
        hop_by_hop: id,
        end_to_end: id,
    };
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, &header);
    write(&mut writer);
    writer.finish();
    out
}

/// Result-Code, or Experimental-Result-Code.
pub(crate) fn result(answer: &[u8]) -> u32 {
    let message = Message::decode(answer).unwrap();
    let experimental = || {
        let group = message.find(avp::EXPERIMENTAL_RESULT)?.group();
        group.find(avp::EXPERIMENTAL_RESULT_CODE)
    };
    message
        .find(avp::RESULT_CODE)
        .or_else(experimental)
        .expect("a result")
        .u32()
        .unwrap()
}

/// The AVP at a path.
pub(crate) fn find<'m>(octets: &'m [u8], path: &[AvpId]) -> Option<quintet_diameter::Avp<'m>> {
    let (first, rest) = path.split_first()?;
    let top = Message::decode(octets).unwrap().find(*first)?;
    rest.iter().try_fold(top, |avp, id| avp.group().find(*id))
}

/// The E-UTRAN vectors of an AIA.
pub(crate) fn challenges(answer: &[u8]) -> Vec<Challenge> {
    let Some(info) = find(answer, &[avp::AUTHENTICATION_INFO]) else {
        return Vec::new();
    };
    let vectors = info
        .group()
        .map(Result::unwrap)
        .filter(|avp| avp.is(avp::E_UTRAN_VECTOR));
    vectors
        .map(|vector| Challenge {
            rand: vector.group().find(avp::RAND).unwrap().data.try_into().unwrap(),
            autn: vector.group().find(avp::AUTN).unwrap().data.try_into().unwrap(),
        })
        .collect()
}
