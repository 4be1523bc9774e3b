//! `docs/cli.md`: every command's help as one page. What the page says is what `--help` says, and a test holds them together.

use crate::Arguments;
use clap::{Command, CommandFactory};
use std::fmt::Write;

/// Columns of the page's help texts.
const COLUMNS: usize = 100;

const HEAD: &str = "# Command line

What `--help` says of each command. Exit codes: 0 done, 1 a negative finding (a broken path, a wrong MAC, an invalid
configuration), 2 could not do it. `--json` answers with one object whose member `schema` names its form.

`QUINTET_WRITE=1 cargo test -p quintet the_page_is_the_help` writes this page.
";

/// The page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut root = Arguments::command();
    root.build();
    chapter(&mut page, &root, &[]);
    page
}

/// A command that does something, or those below it.
fn chapter(page: &mut String, command: &Command, above: &[&str]) {
    let mut path = above.to_vec();
    path.push(command.get_name());
    let below: Vec<&Command> = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
        .collect();
    if below.is_empty() {
        // Not what a variable happens to be here.
        let mut command = command
            .clone()
            .term_width(COLUMNS)
            .mut_args(|arg| arg.hide_env_values(true));
        let help = command.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(
            page,
            "\n## {}\n\n```text\n{}\n```\n",
            path.join(" "),
            lines.join("\n").trim_end()
        );
    }
    for command in below {
        chapter(page, command, &path);
    }
}

#[test]
fn the_page_is_the_help() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
    let page = page();
    if std::env::var_os("QUINTET_WRITE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (is, should)) in written.lines().zip(page.lines()).enumerate() {
        assert_eq!(
            is,
            should,
            "docs/cli.md:{}: stale; QUINTET_WRITE=1 cargo test -p quintet the_page_is_the_help",
            line + 1
        );
    }
    assert_eq!(
        written.lines().count(),
        page.lines().count(),
        "docs/cli.md: stale"
    );
    assert!(page.contains("## quintet serve\n"), "{page}");
}
