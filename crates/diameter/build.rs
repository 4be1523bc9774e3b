//! Makes constants of the dictionary files: `dict::avp`, `dict::command`, `dict::application`, `dict::vendor`, `dict::value`.

#[path = "src/dict/grammar.rs"]
mod grammar;
#[path = "src/dict/lines.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "public in the library, which uses the rest of the parser"
)]
mod lines;
#[path = "src/dict/rules.rs"]
mod rules;
#[path = "src/dict/words.rs"]
mod words;

use lines::{AvpLine, DictionaryFile};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=dict");
    for file in ["grammar", "lines", "rules", "words"] {
        println!("cargo::rerun-if-changed=src/dict/{file}.rs");
    }
    let mut paths: Vec<PathBuf> = fs::read_dir("dict")
        .expect("crates/diameter/dict holds the dictionary files")
        .map(|entry| entry.expect("dict is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dia"))
        .collect();
    paths.sort();
    let files: Vec<DictionaryFile> = paths.iter().map(|path| read(path)).collect();

    let mut out = String::new();
    out.push_str(&avps(&files));
    out.push_str(&commands(&files));
    out.push_str(&applications(&files));
    out.push_str(&values(&files));
    out.push_str("/// The dictionary files, by name.\npub(super) const FILES: &[(&str, &str)] = &[\n");
    for path in &paths {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        let absolute = fs::canonicalize(path).expect("the file was just read");
        writeln!(
            out,
            "    ({name:?}, include_str!({:?})),",
            absolute.to_string_lossy()
        )
        .expect("a String takes all");
    }
    out.push_str("];\n");
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("constants.rs");
    fs::write(target, out).expect("OUT_DIR is writable");
}

fn read(path: &Path) -> DictionaryFile {
    let text = fs::read_to_string(path).expect("a dictionary file is readable text");
    grammar::parse(&path.display().to_string(), &text).unwrap_or_else(|error| {
        // Cargo shows the panic of a build script; this one line is what the author needs.
        panic!("{error}")
    })
}

/// `3GPP-Charging-Characteristics` → `TGPP_CHARGING_CHARACTERISTICS`, `5QI` → `FIVE_QI`.
fn constant(name: &str) -> String {
    let upper = name.to_uppercase().replace('-', "_");
    match upper.strip_prefix("3GPP") {
        Some(rest) => format!("TGPP{rest}"),
        None if upper.starts_with('5') => format!("FIVE_{}", &upper[1..]),
        None if upper.starts_with(|c: char| c.is_ascii_digit()) => format!("_{upper}"),
        None => upper,
    }
}

fn avps(files: &[DictionaryFile]) -> String {
    let mut rows: BTreeMap<String, (&AvpLine, &str)> = BTreeMap::new();
    for file in files {
        for avp in &file.avps {
            let old = rows.insert(constant(&avp.name), (avp, &file.name));
            assert!(
                old.is_none(),
                "{}.dia:{}: AVP {} is defined twice",
                file.name,
                avp.line,
                avp.name
            );
        }
    }
    let mut out = String::from("/// Every AVP of the dictionaries.\npub mod avp {\n    use crate::AvpId;\n");
    for (name, (avp, file)) in rows {
        let AvpLine {
            code,
            vendor_id,
            kind,
            mandatory,
            ..
        } = avp;
        let vendor = if *vendor_id == 0 {
            String::new()
        } else {
            format!(" of vendor {vendor_id}")
        };
        writeln!(
            out,
            "    /// {}: AVP {code}{vendor}, {} (`{file}.dia`).",
            avp.name,
            kind.name()
        )
        .expect("a String");
        writeln!(
            out,
            "    pub const {name}: AvpId = AvpId::new({code}, {vendor_id}, {mandatory});"
        )
        .expect("a String");
    }
    out.push_str("}\n");
    out
}

fn commands(files: &[DictionaryFile]) -> String {
    let mut rows: BTreeMap<String, (u32, &str)> = BTreeMap::new();
    for message in files.iter().flat_map(|file| &file.messages) {
        let Some(code) = message.code else { continue };
        let name = message
            .name
            .strip_suffix("-Request")
            .or_else(|| message.name.strip_suffix("-Answer"));
        let name =
            name.unwrap_or_else(|| panic!("command {} ends in neither -Request nor -Answer", message.name));
        let old = rows.insert(constant(name), (code, name));
        assert!(
            old.is_none_or(|old| old.0 == code),
            "command {name} has two codes"
        );
    }
    let mut out = String::from("/// Command codes.\npub mod command {\n");
    for (name, (code, text)) in rows {
        writeln!(
            out,
            "    /// {text}: command {code}.\n    pub const {name}: u32 = {code};"
        )
        .expect("a String");
    }
    out.push_str("}\n");
    out
}

fn applications(files: &[DictionaryFile]) -> String {
    let mut out = String::from("/// Application-IDs.\npub mod application {\n");
    out.push_str(
        "    /// The base protocol's own messages (RFC 6733 2.4).\n    pub const COMMON: u32 = 0;\n",
    );
    out.push_str("    /// Relay (RFC 6733 2.4).\n    pub const RELAY: u32 = 0xffff_ffff;\n");
    for file in files.iter().filter(|file| file.id != 0) {
        let name = constant(&file.name);
        writeln!(
            out,
            "    /// `{}.dia`.\n    pub const {name}: u32 = {};",
            file.name, file.id
        )
        .expect("a String");
    }
    out.push_str("}\n/// Vendor-IDs.\npub mod vendor {\n");
    let vendors: BTreeMap<_, _> = files
        .iter()
        .filter_map(|file| file.vendor.clone())
        .map(|(id, name)| (name, id))
        .collect();
    for (name, id) in vendors {
        writeln!(
            out,
            "    /// {name}: vendor {id}.\n    pub const {}: u32 = {id};",
            constant(&name)
        )
        .expect("a String");
    }
    out.push_str("}\n");
    out
}

fn values(files: &[DictionaryFile]) -> String {
    let mut out = String::from("/// Values of enumerated AVPs, a module for each AVP.\npub mod value {\n");
    let mut rows: BTreeMap<String, _> = BTreeMap::new();
    for line in files.iter().flat_map(|file| &file.enums) {
        let old = rows.insert(constant(&line.name).to_lowercase(), line);
        assert!(old.is_none(), "@enum {} stands twice", line.name);
    }
    for (module, line) in rows {
        writeln!(out, "    /// {}.\n    pub mod {module} {{", line.name).expect("a String");
        for (name, value) in &line.values {
            let (name, value) = (constant(name), *value as u32);
            writeln!(
                out,
                "        /// {value}.\n        pub const {name}: u32 = {value};"
            )
            .expect("a String");
        }
        out.push_str("    }\n");
    }
    out.push_str("}\n");
    out
}
