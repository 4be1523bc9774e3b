//! Where a request goes: its Routes, what of them is ours, and who is next (RFC 3261 16.4 to 16.6).

use super::own::Own;
use quintet_sip::{Edit, Message, Name, NameAddr, ParseError, Uri};

/// A request's way, after this node's own Routes are taken off.
#[derive(Clone, Debug)]
pub struct Routed<'a> {
    /// Our own Routes that were on top, the first first: what this node wrote into them is in their users and parameters.
    pub own: Vec<NameAddr<'a>>,
    /// The Routes that are left.
    pub routes: Vec<NameAddr<'a>>,
    /// The Request-URI; another than came if the one before us is a strict router (16.4).
    pub uri: Uri<'a>,
    uri_replaced: bool,
}

/// Reads the Routes of a request and takes up to `limit` of our own from the top.
///
/// # Errors
/// A Request-URI or Route that cannot be read.
pub fn route<'a>(message: &Message<'a>, own: &Own, limit: usize) -> Result<Routed<'a>, ParseError> {
    let mut uri = message.request_uri()?;
    let mut routes = message.routes().collect::<Result<Vec<_>, _>>()?;
    let mut uri_replaced = false;
    // Somebody put what we had in a Record-Route into the Request-URI: the real one is the last Route (16.4).
    if own.owns(&uri)
        && uri.is_loose()
        && let Some(last) = routes.pop()
    {
        uri = last.uri;
        uri_replaced = true;
    }
    let ours = routes
        .iter()
        .take(limit)
        .take_while(|route| own.owns(&route.uri))
        .count();
    let rest = routes.split_off(ours);
    Ok(Routed {
        own: routes,
        routes: rest,
        uri,
        uri_replaced,
    })
}

impl<'a> Routed<'a> {
    /// Who is next: the first Route left, or the Request-URI (16.6.7). A strict router is next by its own URI too (16.6.6).
    #[must_use]
    pub fn next(&self) -> &Uri<'a> {
        self.routes.first().map_or(&self.uri, |route| &route.uri)
    }

    /// Whether the next is a strict router, which has no `lr` (16.6.6).
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.routes.first().is_some_and(|route| !route.uri.is_loose())
    }

    /// Takes our own Routes off, and turns Request-URI and Routes round where a strict router is before or behind us.
    #[must_use]
    pub fn apply<'m>(&self, mut edit: Edit<'m, 'a>) -> Edit<'m, 'a> {
        if !self.is_strict() && !self.uri_replaced {
            for _ in &self.own {
                edit = edit.pop(Name::Route);
            }
            return edit;
        }
        let mut routes: Vec<String> = self
            .routes
            .iter()
            .map(|route| route.as_str().to_owned())
            .collect();
        let mut uri = self.uri.as_str();
        if self.is_strict() {
            routes.remove(0);
            routes.push(format!("<{uri}>"));
            uri = self.next().as_str();
        }
        edit = edit.remove(Name::Route).uri(uri);
        routes
            .into_iter()
            .fold(edit, |edit, route| edit.append(Name::Route, route))
    }

    /// Replaces all Routes by others, as for a request of a UE that must go its service route (TS 24.229 5.2.6.3.3).
    #[must_use]
    pub fn apply_other<'m, 's>(
        &self,
        edit: Edit<'m, 'a>,
        routes: impl IntoIterator<Item = &'s str>,
    ) -> Edit<'m, 'a> {
        let mut edit = edit.remove(Name::Route);
        if self.uri_replaced {
            edit = edit.uri(self.uri.as_str());
        }
        routes
            .into_iter()
            .fold(edit, |edit, route| edit.append(Name::Route, route))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own::new().name("p.test", None)
    }

    fn turned(uri: &str, routes: &[&str]) -> (String, String, Vec<String>, usize) {
        let routes: String = routes.iter().map(|route| format!("Route: {route}\r\n")).collect();
        let text = format!("BYE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n{routes}To: <sip:b@h>\r\n\r\n");
        let message = Message::parse(text.as_bytes()).expect("readable");
        let routed = route(&message, &own(), 1).expect("routes");
        let mut out = Vec::new();
        routed.apply(Edit::new(&message)).write(&mut out);
        let message = Message::parse(&out).expect("readable");
        let left = message
            .routes()
            .map(|route| route.expect("a route").as_str().to_owned())
            .collect();
        let uri = message.request_uri().expect("a URI").as_str().to_owned();
        (uri, routed.next().as_str().to_owned(), left, routed.own.len())
    }

    fn row(uri: &str, next: &str, left: &[&str], own: usize) -> (String, String, Vec<String>, usize) {
        (
            uri.to_owned(),
            next.to_owned(),
            left.iter().map(|&text| text.to_owned()).collect(),
            own,
        )
    }

    #[test]
    fn loose_routes() {
        assert_eq!(turned("sip:b@h", &[]), row("sip:b@h", "sip:b@h", &[], 0));
        assert_eq!(
            turned("sip:b@h", &["<sip:p.test;lr>"]),
            row("sip:b@h", "sip:b@h", &[], 1)
        );
        assert_eq!(
            turned(
                "sip:b@h",
                &["<sip:x@p.test;lr>, <sip:s.test;lr>", "<sip:t.test;lr>"]
            ),
            row(
                "sip:b@h",
                "sip:s.test;lr",
                &["<sip:s.test;lr>", "<sip:t.test;lr>"],
                1
            )
        );
        // Only so many of ours: the next one is a spiral of its own.
        assert_eq!(
            turned("sip:b@h", &["<sip:x@p.test;lr>", "<sip:y@p.test;lr>"]),
            row("sip:b@h", "sip:y@p.test;lr", &["<sip:y@p.test;lr>"], 1)
        );
        assert_eq!(
            turned("sip:b@h", &["<sip:s.test;lr>", "<sip:p.test;lr>"]),
            row(
                "sip:b@h",
                "sip:s.test;lr",
                &["<sip:s.test;lr>", "<sip:p.test;lr>"],
                0
            )
        );
    }

    #[test]
    fn strict_routers_before_and_behind() {
        // 16.12.1.2: the one behind us is strict.
        assert_eq!(
            turned(
                "sip:b@h",
                &["<sip:p.test;lr>", "<sip:strict.test>", "<sip:t.test;lr>"]
            ),
            row(
                "sip:strict.test",
                "sip:strict.test",
                &["<sip:t.test;lr>", "<sip:b@h>"],
                1
            )
        );
        // The one before us was.
        assert_eq!(
            turned("sip:p.test;lr", &["<sip:t.test;lr>", "<sip:b@h>"]),
            row("sip:b@h", "sip:t.test;lr", &["<sip:t.test;lr>"], 0)
        );
        assert_eq!(
            turned("sip:p.test;lr", &["<sip:b@h>"]),
            row("sip:b@h", "sip:b@h", &[], 0)
        );
        assert_eq!(
            turned("sip:p.test", &["<sip:t.test;lr>"]),
            row("sip:p.test", "sip:t.test;lr", &["<sip:t.test;lr>"], 0)
        );
    }
}
