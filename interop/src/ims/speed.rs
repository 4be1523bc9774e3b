//! How many registrations a second Kamailio's CSCFs and ours make of one load, with our HSS behind and our P-CSCF before both.
//!
//! ```text
//!   quintet bench ims ──SIP, UDP──► P-CSCF 10.79.0.1:5060 ──UDP──► I-CSCF :4060 ──UDP──► S-CSCF :6060
//!    (UEs, 127.16.0.0 + n)           ours                           Kamailio's or ours, Cx to our HSS
//! ```

use super::{CSCFS, ImsScene, REALM, identity};
use crate::Process;
use crate::node::{ADDRESS, program};
use std::path::Path;
use std::time::Duration;

/// OP of the load's subscribers, and the first octets of their K: see `quintet bench s6a --help`.
const OP: &str = "cdc202d5123e20f62b6d676ac72cb318";
const K_PREFIX: &str = "5155494e54455431";
const FIRST_IMSI: u64 = 1_011_000_000_000;

/// Registrations of the load before it measures, its first one included.
const WARM_UP: u32 = 1_001;

/// The same and more, for the first may be tried several times.
const SPARE: u32 = 2_000;

/// Shared and private memory of Kamailio, MB.
const MEMORY: [&str; 4] = ["-m", "1024", "-M", "64"];

/// Tables for many users.
const TABLES: &str = "modparam(\"ims_usrloc_scscf\", \"hash_size\", 14)\nmodparam(\"ims_auth\", \"auth_data_hash_size\", 16384)";

/// Ticks of `/proc/…/stat` in a second.
const TICKS: f64 = 100.0;

/// Whose CSCFs are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Kamailio's.
    Kamailios,
    /// Ours.
    Ours,
}

/// What a load has shown.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Registrations a second, everything on this machine together.
    pub rate: f64,
    /// Processor time of the S-CSCF for each registration.
    pub scscf: Duration,
    /// The same of the I-CSCF.
    pub icscf: Duration,
    /// The same of the HSS.
    pub hss: Duration,
}

impl Speed {
    /// Registrations a second that one core would make of the S-CSCF's work.
    #[must_use]
    pub fn of_scscf(&self) -> f64 {
        1.0 / self.scscf.as_secs_f64()
    }
}

impl ImsScene {
    /// Registers so many UEs, so many at a time.
    ///
    /// # Panics
    /// If one of them is not registered.
    #[must_use]
    pub fn speed(&self, whose: Whose, ues: u32, outstanding: u32) -> Speed {
        self.provision(ues + SPARE);
        let network = match whose {
            Whose::Kamailios => self.kamailios(),
            Whose::Ours => self.ours(),
        };
        let pcscf = self.start_ours("pcscf", &self.pcscf());
        pcscf.await_line("the access", |line| line.contains("pcscf.access"));
        let before = ["hss", "icscf", "scscf"].map(|name| self.processor_time(name));
        let rate = self.load(ues, outstanding);
        let after = ["hss", "icscf", "scscf"].map(|name| self.processor_time(name));
        let each = |n: usize| (after[n] - before[n]) / (ues + WARM_UP);
        drop(network);
        Speed {
            rate,
            hss: each(0),
            icscf: each(1),
            scscf: each(2),
        }
    }

    fn provision(&self, count: u32) {
        let mut csv = String::from("imsi,k,op,ims\n");
        for n in 0..count {
            let imsi = format!("{:015}", FIRST_IMSI + u64::from(n));
            csv += &format!("{imsi},{K_PREFIX}0{imsi},{OP},true\n");
        }
        self.write("subscribers.csv", &csv);
        let file = self.path("subscribers.csv").display().to_string();
        self.quintet(&["subscriber", "import", &file]);
    }

    /// Kamailio's CSCFs without a word of log and without a schema for profiles, two processes for SIP and two for Cx each.
    fn kamailios(&self) -> Vec<Process> {
        let mut network = Vec::new();
        for (name, _) in CSCFS {
            let file = self.path(&format!("{name}.cfg"));
            let text = std::fs::read_to_string(&file).expect("it was written");
            let quick = |line: &str| match line {
                "debug=2" => "debug=-1".to_owned(),
                // The profile is ours: it needs no schema.
                line if line.contains("user_data_xsd") => String::new(),
                "modparam(\"ims_usrloc_scscf\", \"db_mode\", 0)" => format!("{line}\n{TABLES}"),
                line => line.to_owned(),
            };
            let text: String = text.lines().map(|line| quick(line) + "\n").collect();
            self.write(&format!("{name}.cfg"), &text);
            let cdp = std::fs::read_to_string(self.path(&format!("{name}.xml"))).expect("it was written");
            let cdp = cdp
                .replace("Workers=\"4\"", "Workers=\"2\"")
                .replace("QueueLength=\"32\"", "QueueLength=\"1024\"");
            self.write(&format!("{name}.xml"), &cdp);
            let mut command = self.namespace.command("kamailio");
            command.args(["-DD", "-E"]).args(MEMORY).arg("-f").arg(&file);
            command.arg("-Y").arg(self.path(&format!("run-{name}")));
            command.arg("-P").arg(self.path(&format!("{name}.pid")));
            network.push(Process::start(name, command));
        }
        let hss = self.hss();
        hss.await_lines("Cx of both CSCFs", |lines| {
            let up = lines.iter().filter(|line| line.contains("peer up")).count();
            (up == CSCFS.len()).then_some(())
        });
        network.push(hss);
        network
    }

    /// Our CSCFs, a process each, registrations durable.
    fn ours(&self) -> Vec<Process> {
        let hss = format!(
            "roles = [\"hss\"]\n[diameter]\nidentity = \"{}\"\nrealm = \"{REALM}\"\nlisten = [\"{ADDRESS}:3868\"]\n\
             unknown_peers = \"accept\"\n[hss]\nhome_plmns = [\"00101\"]\n[store]\npath = \"{}\"\n",
            identity("hss"),
            self.path("quintet.db").display()
        );
        let hss = self.start_ours("hss", &hss);
        hss.await_line("all subscribers", |line| line.contains("in memory"));
        let scscf = format!(
            "roles = [\"scscf\"]\n{}[scscf]\nlisten = \"{ADDRESS}:6060\"\naka_needs_protection = false\ndatabase = \"{}\"\n",
            self.common(),
            self.path("scscf.db").display()
        );
        let icscf = format!(
            "roles = [\"icscf\"]\n{}[icscf]\nlisten = \"{ADDRESS}:4060\"\n[[icscf.scscf]]\nname = \"sip:scscf.{REALM}:6060\"\n",
            self.common()
        );
        let cscfs = [("scscf", scscf), ("icscf", icscf)].map(|(name, text)| {
            let process = self.start_ours(name, &text);
            process.await_line("Cx", |line| line.contains("HSS reached"));
            process
        });
        cscfs.into_iter().chain([hss]).collect()
    }

    fn common(&self) -> String {
        format!(
            "[ims]\nhss = \"{ADDRESS}:3868\"\nhss_identity = \"{}\"\nhss_realm = \"{REALM}\"\n[ims.hosts]\n\
             \"{REALM}\" = \"{ADDRESS}:4060\"\n\"scscf.{REALM}\" = \"{ADDRESS}:6060\"\n\"pcscf.{REALM}\" = \"{ADDRESS}:5070\"\n",
            identity("hss")
        )
    }

    fn pcscf(&self) -> String {
        format!(
            "roles = [\"pcscf\"]\n{}[pcscf]\naccess = \"{ADDRESS}:5060\"\ncore = \"{ADDRESS}:5070\"\nipsec = \"udp\"\n\
             digest = true\nreg_event = false\nregisters_per_second = 0\ndatabase = \"{}\"\n",
            self.common(),
            self.path("pcscf.db").display()
        )
    }

    fn start_ours(&self, name: &'static str, configuration: &str) -> Process {
        let file = self.path(&format!("{name}.toml"));
        self.write(&format!("{name}.toml"), configuration);
        std::fs::create_dir_all(self.path("run")).expect("the temporary directory can be written");
        let mut command = self.namespace.command(&program().to_string_lossy());
        command
            .args(["serve", "-c"])
            .arg(file)
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env_remove("QUINTET_LOG");
        Process::start(name, command)
    }

    /// Runs the load to its end; registrations a second.
    fn load(&self, ues: u32, outstanding: u32) -> f64 {
        let mut command = self.namespace.command(&program().to_string_lossy());
        command.args(["bench", "ims", "--json", "--connect", &format!("{ADDRESS}:5060")]);
        command.args([
            "--ues",
            &ues.to_string(),
            "--outstanding",
            &outstanding.to_string(),
        ]);
        let output = command.output().expect("quintet can be run");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{error}");
        let row = text.split("\"name\":").find(|row| row.contains("registrations"));
        let value = row.and_then(|row| row.split("\"value\":").nth(1));
        let digits = value.and_then(|value| value.split([',', '}']).next());
        digits
            .and_then(|digits| digits.trim().parse().ok())
            .unwrap_or_else(|| panic!("no rate in {text}"))
    }

    /// Processor time of all processes that were started with this node's configuration.
    fn processor_time(&self, node: &str) -> Duration {
        let configuration = |name: &str| self.path(name).display().to_string();
        let files = match node {
            // Under Kamailio the HSS has the scene's own.
            "hss" => vec![configuration("hss.toml"), configuration("quintet.toml")],
            node => vec![
                configuration(&format!("{node}.toml")),
                configuration(&format!("{node}.cfg")),
            ],
        };
        let processes = std::fs::read_dir("/proc").expect("this is Linux").flatten();
        let of_node = processes.filter(|process| {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            let mut arguments = line.split(|octet| *octet == 0);
            arguments.any(|argument| files.iter().any(|file| file.as_bytes() == argument))
        });
        of_node.map(|process| taken(&process.path())).sum()
    }
}

/// Processor time of one process.
fn taken(process: &Path) -> Duration {
    let text = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    // Behind the program's name, which may hold blanks, user and system time are the 12th and 13th.
    let fields = text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace());
    let fields: Vec<f64> = fields
        .into_iter()
        .flatten()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    let ticks = fields
        .get(11)
        .zip(fields.get(12))
        .map_or(0.0, |(user, system)| user + system);
    Duration::from_secs_f64(ticks / TICKS)
}
