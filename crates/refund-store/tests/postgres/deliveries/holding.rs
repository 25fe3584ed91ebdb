//! Who holds an endpoint, and who when that one is gone.

use super::*;

#[test]
fn who_stops_leaves_what_it_holds_to_the_others_at_once() {
    let (_servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    assert_eq!((sends(&one, &[A]), sends(&other, &[A])), (vec![A], vec![]));
    wait(one.close()).unwrap();
    assert_eq!(sends(&other, &[A]), [A]);
}

#[test]
fn nothing_is_kept_for_a_server_that_asked_and_is_gone() {
    let (mut servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    assert_eq!(sends(&one, &[A]), [A]);
    drop(other);
    servers.psql("UPDATE endpoints SET wanted_by = (SELECT max(id) FROM servers WHERE id <> holder)");
    assert_eq!(servers.psql("SELECT count(*) FROM servers"), "2");
    drop(servers.stores.pop());
    assert_eq!(servers.psql("SELECT count(*) FROM servers"), "1", "it said so");
    assert_eq!(sends(&one, &[A]), [A]);
}

#[test]
fn nobody_holds_an_endpoint_from_a_time_that_the_databases_clock_has_gone_back_from() {
    let (servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    assert_eq!(sends(&one, &[A]), [A]);
    servers.psql("UPDATE endpoints SET holder = 'gone', until = until + interval '1 hour'");
    assert_eq!(sends(&other, &[A]), [A]);
}
