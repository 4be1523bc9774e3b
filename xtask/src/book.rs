//! `cargo xtask book`: the documents as a book of HTML pages, in `target/book`.
//!
//! `docs/SUMMARY.md` has the chapters and their order, in the form that mdBook reads. A page needs nothing from the network and
//! no script. Links between chapters lead to chapters; what is linked and no chapter stays text.

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A chapter: what it is called, and its file from `docs/`.
#[derive(Debug)]
struct Chapter {
    title: String,
    file: PathBuf,
}

impl Chapter {
    /// Its page: directories become part of the name.
    fn page(&self) -> String {
        flat(&self.file.with_extension("html"))
    }
}

/// A name in the book's one directory.
fn flat(file: &Path) -> String {
    let parts: Vec<_> = file
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    parts.join("-")
}

/// Where a relative link leads to, from `docs/`.
fn resolved(file: &str, from: &Chapter) -> PathBuf {
    let mut resolved = from.file.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir if resolved.file_name().is_some() && !resolved.ends_with("..") => {
                resolved.pop();
            }
            Component::CurDir => {}
            other => resolved.push(other),
        }
    }
    resolved
}

/// The pictures of a chapter, from `docs/`.
fn pictures(text: &str, chapter: &Chapter) -> Vec<PathBuf> {
    let images = Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) if !dest_url.contains(':') => {
            Some(resolved(&dest_url, chapter))
        }
        _ => None,
    });
    images.collect()
}

/// Writes the book of the checkout at `root`, and prints where it begins.
pub(crate) fn write(root: &Path) -> Result<bool> {
    let docs = root.join("docs");
    let chapters = chapters(&read(&docs.join("SUMMARY.md"))?)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let book = target.join("book");
    fs::create_dir_all(&book).with_context(|| format!("{} cannot be made", book.display()))?;
    for (at, chapter) in chapters.iter().enumerate() {
        let text = read(&docs.join(&chapter.file))?;
        for picture in pictures(&text, chapter) {
            let (from, to) = (docs.join(&picture), book.join(flat(&picture)));
            fs::copy(&from, &to).with_context(|| format!("{} cannot be copied", from.display()))?;
        }
        let page = page(&chapters, at, &body(&text, chapter, &chapters));
        let path = book.join(chapter.page());
        fs::write(&path, &page).with_context(|| format!("{} cannot be written", path.display()))?;
        if at == 0 {
            fs::write(book.join("index.html"), &page)?;
        }
    }
    println!(
        "{}: {} chapters",
        book.join("index.html").display(),
        chapters.len()
    );
    Ok(true)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// The links of the summary, in their order.
fn chapters(summary: &str) -> Result<Vec<Chapter>> {
    let (mut chapters, mut open): (Vec<Chapter>, bool) = (Vec::new(), false);
    for event in Parser::new(summary) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                open = true;
                chapters.push(Chapter {
                    title: String::new(),
                    file: PathBuf::from(&*dest_url),
                });
            }
            Event::End(TagEnd::Link) => open = false,
            Event::Text(text) if open => {
                if let Some(chapter) = chapters.last_mut() {
                    chapter.title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    ensure!(!chapters.is_empty(), "docs/SUMMARY.md lists no chapters");
    Ok(chapters)
}

/// The page that a link of a chapter leads to: `None` if that is no chapter.
fn destination(link: &str, from: &Chapter, chapters: &[Chapter]) -> Option<String> {
    if link.starts_with("https:") || link.starts_with('#') {
        return Some(link.to_owned());
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let resolved = resolved(file, from);
    let chapter = chapters.iter().find(|chapter| chapter.file == resolved)?;
    let fragment = match fragment {
        "" => String::new(),
        fragment => format!("#{fragment}"),
    };
    Some(format!("{}{fragment}", chapter.page()))
}

/// A chapter's text as HTML.
fn body(text: &str, chapter: &Chapter, chapters: &[Chapter]) -> String {
    let mut left_out = false;
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let found = destination(&dest_url, chapter, chapters);
            left_out = found.is_none();
            found.map(|found| {
                Event::Start(Tag::Link {
                    link_type,
                    dest_url: CowStr::from(found),
                    title,
                    id,
                })
            })
        }
        Event::End(TagEnd::Link) if std::mem::take(&mut left_out) => None,
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) if !dest_url.contains(':') => Some(Event::Start(Tag::Image {
            link_type,
            dest_url: CowStr::from(flat(&resolved(&dest_url, chapter))),
            title,
            id,
        })),
        // What a document has of HTML is shown, not obeyed.
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8885; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: flex; flex-wrap: wrap; }
nav { flex: 0 0 15rem; padding: 1.5rem; box-sizing: border-box; }
nav a { display: block; padding: .15rem 0; text-decoration: none; }
nav a[aria-current] { font-weight: 600; }
img { max-width: 100%; height: auto; }
main { overflow-wrap: anywhere; flex: 1 1 30rem; min-width: 0; max-width: 60rem; padding: 1.5rem; box-sizing: border-box; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .3rem; }
code { font: .9em ui-monospace, monospace; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
@media (max-width: 50rem) { body { display: block; } nav, main { padding: 1rem; max-width: 100vw; } nav { columns: 2; } }
th, td { overflow-wrap: normal; border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
";

/// A whole page.
fn page(chapters: &[Chapter], at: usize, body: &str) -> String {
    let mut links = String::new();
    for (n, chapter) in chapters.iter().enumerate() {
        let current = if n == at { " aria-current=\"page\"" } else { "" };
        links.push_str(&format!(
            "<a href=\"{}\"{current}>{}</a>\n",
            chapter.page(),
            escaped(&chapter.title)
        ));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{} – Quintet</title><style>{STYLE}</style></head>\n<body><nav>\n{links}</nav>\n<main>\n{body}</main></body></html>\n",
        escaped(&chapters[at].title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = "# Q\n\n- [One](a.md)\n- [Two & three](b/c.md)\n";

    #[test]
    fn links_between_chapters_lead_to_pages_and_others_stay_text() {
        let chapters = chapters(SUMMARY).unwrap();
        let shown = body(
            "[x](b/c.md#part) [y](../README.md) [z](https://e.org) <script>",
            &chapters[0],
            &chapters,
        );
        assert_eq!(
            shown,
            "<p><a href=\"b-c.html#part\">x</a> y <a href=\"https://e.org\">z</a> &lt;script&gt;</p>\n"
        );
        let back = body("[x](../a.md)", &chapters[1], &chapters);
        assert_eq!(back, "<p><a href=\"a.html\">x</a></p>\n");
    }

    #[test]
    fn each_page_lists_all_chapters_and_marks_itself() {
        let chapters = chapters(SUMMARY).unwrap();
        let page = page(&chapters, 1, "<p>text</p>");
        assert!(page.contains("<a href=\"a.html\">One</a>"), "{page}");
        assert!(
            page.contains("<a href=\"b-c.html\" aria-current=\"page\">Two &amp; three</a>"),
            "{page}"
        );
    }

    #[test]
    fn a_summary_without_chapters_is_an_error() {
        assert!(chapters("# Q\n").is_err());
    }

    #[test]
    fn every_document_is_a_chapter() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let chapters = chapters(&read(&docs.join("SUMMARY.md")).unwrap()).unwrap();
        for entry in fs::read_dir(&docs).unwrap() {
            let name = PathBuf::from(entry.unwrap().file_name());
            let is_document = name.extension().is_some_and(|extension| extension == "md");
            let listed = chapters.iter().any(|chapter| chapter.file == name);
            assert!(
                !is_document || listed || name == Path::new("SUMMARY.md"),
                "{name:?} is no chapter"
            );
        }
        for chapter in &chapters {
            assert!(docs.join(&chapter.file).is_file(), "{chapter:?}");
        }
    }
}
