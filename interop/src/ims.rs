//! An IMS of others around our HSS: Kamailio's I- and S-CSCF, SIPp for the UE, tshark on what passes between them; and our
//! own CSCFs with the same UE.
//!
//! ```text
//!   SIPp ──SIP──► I-CSCF ──SIP──► S-CSCF          all at 10.79.0.1 of one network namespace
//!                   │ 3869           │ 3870
//!                   └──────Cx────────┴───► quintet serve (HSS), which connects to both
//! ```
//!
//! The configurations are in `ims/`; `{…}` in them is filled in here. Kamailio would look its Diameter peers up by
//! name, so the HSS connects to it instead.
//!
//! Where the CSCFs are ours ([`ImsScene::cscfs`]) they run in the HSS's process, a P-CSCF with them.

mod lab;
mod own;
mod speed;
mod watch;

pub use lab::{LabCapture, lab_is_left_out};
pub use own::Answer;
pub use speed::{Speed, Whose};
pub use watch::{CxMessage, CxWatch};

use crate::choice::find;
use crate::namespace::{PREFIX, orphans};
use crate::node::{ADDRESS, program};
use crate::process::ObserverLost;
use crate::{Namespace, Process};
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The home network's domain, for SIP and Diameter.
pub const REALM: &str = "ims.mnc001.mcc001.3gppnetwork.org";

/// The subscriber. Its USIM is test set 3 of TS 35.208: SIPp's parser breaks on a key that has octet 0x5b.
pub const IMSI: &str = "001010000000003";
/// K.
pub const K: &str = "fec86ba6eb707ed08905757b1bb44b8f";
/// OP; SIPp takes no OPc.
pub const OP: &str = "dbc59adcb6f9a0ef735477b7fadf8374";
/// AMF of UTRAN vectors whose subscriber has 8000: the separation bit is clear, and SIPp compares MACs with it.
const AMF: &str = "0000";

/// How often a registration is tried whose RES has an octet 0: SIPp takes it for the end of the password.
const ATTEMPTS: usize = 5;

/// What SIPp says of a good scenario now and then, if it does not crash: its copy of K has no end, and what lies behind it in
/// memory is parsed too. It has sent nothing then.
const READ_TOO_FAR: &str = "Syntax error or invalid [keyword] in scenario while parsing ''";

/// SIGSEGV and SIGABRT, the same everywhere on Linux.
const SEGMENTATION_FAULT: i32 = 11;
const ABORT: i32 = 6;

/// Where SIPp is; 5060 is a P-CSCF's.
const SIPP_PORT: &str = "5080";

/// The Diameter ports of the CSCFs.
const CSCFS: [(&str, u16); 2] = [("icscf", 3869), ("scscf", 3870)];

/// The configurations, by the name they have in the scene's directory.
const FILES: [(&str, &str); 7] = [
    ("icscf.cfg", include_str!("../ims/icscf.cfg")),
    ("scscf.cfg", include_str!("../ims/scscf.cfg")),
    ("register.xml", include_str!("../ims/register.xml")),
    ("db/version", include_str!("../ims/db/version")),
    (
        "db/nds_trusted_domains",
        include_str!("../ims/db/nds_trusted_domains"),
    ),
    ("db/s_cscf", include_str!("../ims/db/s_cscf")),
    (
        "db/s_cscf_capabilities",
        include_str!("../ims/db/s_cscf_capabilities"),
    ),
];

/// The name of a node in the home network.
#[must_use]
pub fn identity(node: &str) -> String {
    format!("{node}.{REALM}")
}

/// What a scenario plays on.
#[derive(Debug)]
pub struct ImsScene {
    directory: PathBuf,
    namespace: Namespace,
}

impl ImsScene {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir();
        for orphan in orphans(&place) {
            let _ = std::fs::remove_dir_all(place.join(orphan));
        }
        let directory = place.join(format!("{PREFIX}{}-{name}", std::process::id()));
        for part in ["db", "run-icscf", "run-scscf"] {
            std::fs::create_dir_all(directory.join(part)).expect("the temporary directory can be written");
        }
        let scene = Self {
            directory,
            namespace: Namespace::new(),
        };
        for (file, text) in FILES {
            scene.write(file, &scene.filled(text, "", 0));
        }
        for (cscf, port) in CSCFS {
            let text = scene.filled(include_str!("../ims/cdp.xml"), &identity(cscf), port);
            scene.write(&format!("{cscf}.xml"), &text);
        }
        scene
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.directory.join(file), text).expect("the temporary directory can be written");
    }

    fn filled(&self, text: &str, name: &str, port: u16) -> String {
        let values = [
            ("{ADDRESS}", ADDRESS.to_string()),
            ("{REALM}", REALM.to_owned()),
            ("{DIRECTORY}", self.directory.display().to_string()),
            ("{IDENTITY}", name.to_owned()),
            ("{PORT}", port.to_string()),
            ("{HSS}", identity("hss")),
            ("{IMPI}", format!("{IMSI}@{REALM}")),
            ("{IMPU}", format!("sip:{IMSI}@{REALM}")),
            ("{K}", K.to_owned()),
            ("{OP}", OP.to_owned()),
            ("{AMF}", AMF.to_owned()),
        ];
        values
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// Starts to watch Cx, and what SIP goes over UDP.
    #[must_use]
    pub fn watch(&self) -> CxWatch {
        CxWatch::start(&self.namespace, self.path("cx.pcapng"))
    }

    /// Starts one of Kamailio's CSCFs: `icscf` or `scscf`.
    #[must_use]
    pub fn cscf(&self, name: &'static str) -> Process {
        let mut command = self.namespace.command("kamailio");
        command
            .args(["-DD", "-E", "-f"])
            .arg(self.path(&format!("{name}.cfg")));
        command.arg("-Y").arg(self.path(&format!("run-{name}")));
        command.arg("-P").arg(self.path(&format!("{name}.pid")));
        let process = Process::start(name, command);
        process.await_line("its Diameter port", |line| {
            line.contains("Successful socket open/bind/listen")
        });
        process
    }

    /// Runs `quintet` to its end, on the HSS's database, and answers what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub fn quintet(&self, arguments: &[&str]) -> String {
        let output = Command::new(program())
            .args(arguments)
            .arg("--db")
            .arg(self.path("quintet.db"))
            .env_remove("QUINTET_LOG")
            .env("XDG_CONFIG_HOME", self.path("config"))
            .output()
            .expect("quintet can be run");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "quintet {}: {text}{error}",
            arguments.join(" ")
        );
        text
    }

    /// Starts the HSS, which connects to the CSCFs.
    #[must_use]
    pub fn hss(&self) -> Process {
        let mut text = format!(
            "[diameter]\nidentity = \"{}\"\nrealm = \"{REALM}\"\nlisten = [\"{ADDRESS}:3868\"]\n",
            identity("hss")
        );
        for (cscf, port) in CSCFS {
            let name = identity(cscf);
            text += &format!("[[diameter.peer]]\nidentity = \"{name}\"\nconnect = \"{ADDRESS}:{port}\"\n");
        }
        let database = self.path("quintet.db");
        text += &format!(
            "[hss]\nhome_plmns = [\"00101\"]\n[store]\npath = \"{}\"\n",
            database.display()
        );
        self.write("quintet.toml", &text);
        let mut command = self.namespace.command(&program().to_string_lossy());
        command
            .args(["serve", "-c"])
            .arg(self.path("quintet.toml"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env_remove("QUINTET_LOG");
        Process::start("quintet", command)
    }

    /// Has SIPp register, again where its own bug is in the way, and answers what passed on Cx.
    ///
    /// # Panics
    /// If it is not registered in the end.
    pub fn register(&self, watch: &CxWatch) -> Vec<CxMessage> {
        self.until_lucky(watch, |_| self.sipp("register.xml", 4060, &[]))
    }

    /// Plays until no octet of RES is 0; the number of the attempt is told. Answers what passed in all attempts.
    fn until_lucky(&self, watch: &CxWatch, play: impl Fn(usize) -> Result<(), String>) -> Vec<CxMessage> {
        let first = watch.messages().len();
        let mut seen = first;
        for attempt in 1..=ATTEMPTS {
            let Err(error) = play(attempt) else {
                return watch.await_assignment_from(first);
            };
            eprintln!("SIPp did not register: {error}");
            let vector = |m: &CxMessage| m.command == watch::MULTIMEDIA_AUTH && !m.request;
            let passed = watch.await_messages_from(seen, "a MAA", vector);
            let unlucky = passed.last().is_some_and(CxMessage::has_zero_in_res);
            assert!(unlucky, "not by an octet 0 in RES");
            eprintln!("an octet of RES is 0, which SIPp cannot answer: again");
            seen = watch.messages().len();
        }
        panic!("{ATTEMPTS} responses in a row with an octet 0: not by chance");
    }

    /// Runs one call of SIPp to its end, again where it did not begin ([`READ_TOO_FAR`]); what it writes of errors, if it
    /// fails.
    fn sipp(&self, scenario: &str, port: u16, arguments: &[&str]) -> Result<(), String> {
        let mut called = self.sipp_once(scenario, port, arguments);
        for _ in 1..ATTEMPTS {
            match called {
                Err(failure) if failure.is_before_it_began() => {
                    eprintln!("{}: again", failure.text);
                    called = self.sipp_once(scenario, port, arguments);
                }
                called => return called.map_err(|failure| failure.text),
            }
        }
        called.map_err(|failure| failure.text)
    }

    fn sipp_once(&self, scenario: &str, port: u16, arguments: &[&str]) -> Result<(), SippFailure> {
        let errors = self.path("sipp.errors");
        let _ = std::fs::remove_file(&errors);
        let mut command = self.namespace.command("sipp");
        command.arg("-sf").arg(self.path(scenario));
        command.arg(format!("{ADDRESS}:{port}"));
        command.args(["-i", &ADDRESS.to_string(), "-p", SIPP_PORT, "-m", "1", "-l", "1"]);
        command.args(["-timeout", "20s", "-timeout_error", "-nostdin", "-trace_err"]);
        command.arg("-error_file").arg(&errors).args(arguments);
        let output = command
            .current_dir(&self.directory)
            .output()
            .expect("sipp is installed");
        if output.status.success() {
            return Ok(());
        }
        let said = std::fs::read_to_string(&errors).unwrap_or_default();
        let told = String::from_utf8_lossy(&output.stderr);
        Err(SippFailure {
            crashed: matches!(output.status.signal(), Some(SEGMENTATION_FAULT | ABORT)),
            text: format!("{}: {said}{told}", output.status),
        })
    }
}

/// How SIPp failed.
struct SippFailure {
    /// As a parser does that reads on into other memory: of itself, and not for another ended it.
    crashed: bool,
    text: String,
}

impl SippFailure {
    fn is_before_it_began(&self) -> bool {
        self.crashed || self.text.contains(READ_TOO_FAR)
    }
}

impl Drop for ImsScene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Why this machine cannot run it.
fn missing(with_kamailio: bool) -> Option<String> {
    let programs = ["ip", "tshark", "setpriv", "sipp"];
    if let Some(program) = programs.iter().find(|program| find(program).is_none()) {
        return Some(format!("{program} is not installed"));
    }
    let kamailio = if with_kamailio { no_kamailio() } else { None };
    kamailio.or_else(crate::choice::not_root)
}

fn no_kamailio() -> Option<String> {
    if find("kamailio").is_none() {
        return Some("kamailio is not installed".to_owned());
    }
    let modules = ["cdp", "ims_icscf", "ims_registrar_scscf", "ims_auth", "presence"];
    let places = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib",
        "/usr/lib64",
    ];
    let installed = |module: &&str| {
        let file = |place: &&str| Path::new(place).join(format!("kamailio/modules/{module}.so"));
        places.iter().any(|place| file(place).is_file())
    };
    let absent = modules.iter().find(|module| !installed(module))?;
    Some(format!("Kamailio's module {absent} is not installed"))
}

/// Plays a scenario with Kamailio. It is left out, with the reason, where a program is missing; under `CI=true` that fails.
///
/// # Panics
/// If the scenario does.
pub fn ims_scenario(name: &str, play: impl Fn(&ImsScene)) {
    played(name, missing(true), play);
}

/// The same with our own CSCFs.
///
/// # Panics
/// If the scenario does.
pub fn own_scenario(name: &str, play: impl Fn(&ImsScene)) {
    played(name, missing(false), play);
}

fn played(name: &str, missing: Option<String>, play: impl Fn(&ImsScene)) {
    if let Some(reason) = missing {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} cannot be left out here: {reason}"
        );
        eprintln!("{name}: left out: {reason}");
        return;
    }
    let once = || catch_unwind(AssertUnwindSafe(|| play(&ImsScene::new(name))));
    let mut played = once();
    if played.as_ref().is_err_and(|panic| panic.is::<ObserverLost>()) {
        eprintln!("{name}: tshark ended by itself: played again");
        played = once();
    }
    if let Err(panic) = played {
        std::panic::resume_unwind(panic);
    }
}
