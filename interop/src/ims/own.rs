//! Our own CSCFs with our HSS, in one process, and SIPp for the UE.
//!
//! ```text
//!   SIPp 10.79.0.1:5080 ──SIP──► 10.79.0.1:5060 P-CSCF ──SIP──► I-CSCF ──SIP──► S-CSCF      these at 127.0.0.1
//!                                                                 └──────Cx───────┴───► HSS
//! ```
//!
//! SIPp has no IPsec. So the P-CSCF takes REGISTERs without an agreement, and the S-CSCF takes RES without protection.

use super::{CxMessage, CxWatch, IMSI, ImsScene, K, OP, identity};
use crate::Process;
use crate::node::{ADDRESS, program};
use std::process::Command;

/// The P-CSCF's port for UEs.
const ACCESS: u16 = 5060;

/// How SIPp answers the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As the USIM does.
    Right,
    /// With another K, for which the MAC of the challenge is wrong: SIPp gives up.
    OtherK,
    /// With a response that no RES gives.
    Wrong,
}

impl Answer {
    /// The Authorization of the second REGISTER, and the status that is due.
    fn header(self) -> (String, u16) {
        let with_key = |k: &str| {
            format!("[authentication username={{IMPI}} aka_K=0x{k} aka_OP=0x{OP} aka_AMF=0x{{AMF}}]")
        };
        match self {
            Self::Right => (with_key(K), 200),
            Self::OtherK => (with_key(&K.replacen('f', "e", 1)), 200),
            Self::Wrong => {
                let response = "0".repeat(32);
                let header = format!(
                    "Authorization: Digest username=\"{{IMPI}}\", realm=\"{{REALM}}\", uri=\"sip:{{REALM}}\", \
                     nonce=\"[$nonce]\", response=\"{response}\", algorithm=AKAv1-MD5, qop=auth, nc=00000001, cnonce=\"00\""
                );
                (header, 403)
            }
        }
    }
}

impl ImsScene {
    /// Provisions the subscriber and starts HSS, P-, I- and S-CSCF in one process.
    #[must_use]
    pub fn cscfs(&self) -> Process {
        self.quintet(&["subscriber", "add", IMSI, "--k", K, "--op", OP, "--ims"]);
        let file = |name: &str| self.path(name).display().to_string();
        let text = format!(
            "roles = [\"hss\", \"pcscf\", \"icscf\", \"scscf\"]\n[store]\npath = \"{}\"\n\
             [diameter]\nidentity = \"{hss}\"\nrealm = \"{realm}\"\n\
             [ims]\nhss_identity = \"{hss}\"\nhss_realm = \"{realm}\"\n[hss]\nhome_plmns = [\"00101\"]\n\
             [pcscf]\naccess = \"{ADDRESS}:{ACCESS}\"\nipsec = \"udp\"\ndigest = true\ndatabase = \"{}\"\n\
             [scscf]\naka_needs_protection = false\ndatabase = \"{}\"\n",
            file("quintet.db"),
            file("pcscf.db"),
            file("scscf.db"),
            hss = identity("hss"),
            realm = super::REALM,
        );
        self.write("quintet.toml", &text);
        std::fs::create_dir_all(self.path("run")).expect("the temporary directory can be written");
        let mut command = self.namespace.command(&program().to_string_lossy());
        command
            .args(["serve", "-c"])
            .arg(self.path("quintet.toml"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env_remove("QUINTET_LOG");
        let process = Process::start("quintet", command);
        process.await_lines("Cx of both CSCFs", |lines| {
            let reached = lines.iter().filter(|line| line.contains("HSS reached")).count();
            (reached == 2).then_some(())
        });
        process
    }

    /// What `quintet ims users` prints.
    ///
    /// # Panics
    /// If it cannot ask the server.
    #[must_use]
    pub fn users(&self) -> String {
        let output = Command::new(program())
            .args(["ims", "users"])
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env_remove("QUINTET_LOG")
            .env("XDG_CONFIG_HOME", self.path("config"))
            .output()
            .expect("quintet can be run");
        let error = String::from_utf8_lossy(&output.stderr);
        // 1 says that there is nobody.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Has SIPp register, register again or (`expires_s` is 0) deregister with the right answer; `turn` counts within one
    /// Call-ID. Answers what passed on Cx.
    ///
    /// # Panics
    /// If it is not answered 200.
    pub fn register_at_pcscf(&self, watch: &CxWatch, turn: u32, expires_s: u32) -> Vec<CxMessage> {
        self.until_lucky(watch, |attempt| {
            self.answer_challenge(turn, attempt as u32, expires_s, Answer::Right)
        })
    }

    /// Has SIPp ask to register and answer the challenge otherwise; what it writes of errors, if it did not come to its
    /// end.
    ///
    /// # Errors
    /// If SIPp gave up.
    pub fn register_wrongly(&self, turn: u32, answer: Answer) -> Result<(), String> {
        self.answer_challenge(turn, 1, 600, answer)
    }

    fn answer_challenge(
        &self,
        turn: u32,
        attempt: u32,
        expires_s: u32,
        answer: Answer,
    ) -> Result<(), String> {
        let first = turn * 100 + attempt * 2;
        let (header, status) = answer.header();
        let values = [
            ("{ANSWER}", header),
            ("{STATUS}", status.to_string()),
            ("{FIRST}", first.to_string()),
            ("{SECOND}", (first + 1).to_string()),
            ("{EXPIRES}", expires_s.to_string()),
        ];
        let text = include_str!("../../ims/ue.xml").to_owned();
        let text = values
            .into_iter()
            .fold(text, |text, (name, value)| text.replace(name, &value));
        self.write("ue.xml", &self.filled(&text, "", 0));
        self.sipp("ue.xml", ACCESS, &["-cid_str", "ue@10.79.0.1"])
    }
}
