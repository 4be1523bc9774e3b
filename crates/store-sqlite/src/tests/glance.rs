//! A look at all subscribers.

use super::*;
use crate::{OpenError, each_subscriber};

fn seen(path: &Path) -> Result<Vec<quintet_identity::Imsi>, OpenError> {
    let mut seen = Vec::new();
    each_subscriber(path, &masters(), Duration::ZERO, |subscriber| {
        seen.push(subscriber.imsi)
    })?;
    Ok(seen)
}

#[test]
fn a_look_changes_nothing_and_needs_nobody_to_stop() {
    let place = Place::new();
    let store = place.open();
    for n in [2, 1, 3] {
        let subscribers = vec![subscriber(n)];
        let mode = PutMode::Insert;
        store.execute(Command::Put { subscribers, mode }).unwrap();
    }
    assert_eq!(seen(&place.path()).unwrap(), [imsi(1), imsi(2), imsi(3)]);
    store.shutdown();
    let before = std::fs::read(place.path()).unwrap();
    assert_eq!(seen(&place.path()).unwrap().len(), 3);
    assert!(
        std::fs::read(place.path()).unwrap() == before,
        "not an octet is written"
    );
}

#[test]
fn what_is_no_database_is_said() {
    let place = Place::new();
    assert!(matches!(seen(&place.path()), Err(OpenError::Missing(_))));
    std::fs::write(place.path(), []).unwrap();
    assert!(matches!(seen(&place.path()), Err(OpenError::NotQuintet(_))));
    std::fs::write(place.path(), "imsi,k,opc\n").unwrap();
    assert!(seen(&place.path()).is_err());
}
