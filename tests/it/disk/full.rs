//! A disk that is full.

use std::process::Command;

use tests::{Persona, ServerProcess};

use super::{PROGRAMS, assert_refused, data, number, reads_go_on, run, two_people, under};

#[test]
#[cfg_attr(not(all(has_bash, has_prlimit)), ignore = "needs bash and prlimit")]
fn a_full_disk_stops_writes_alone_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    // No file may grow beyond 1 MiB: the write that would make it fails, as it does on a disk that is full.
    let server = ServerProcess::spawn(&mut under("trap '' XFSZ; ulimit -S -f 1024", "userstore-server", &file));
    let [alice, bob] = two_people(&server);
    let mut kept = 0;
    let refused = (1..1000).map(|n| (n, alice.put("/user/me", data(n)))).find(|(n, answer)| match answer.status() {
        200 => {
            kept = *n;
            false
        }
        _ => true,
    });
    let (sent, refused) = refused.expect("a disk that is full");
    let _told = refused.refused(503, "unavailable");
    for _ in 0..5 {
        let _still = alice.put("/user/me", data(sent)).refused(503, "unavailable");
        reads_go_on(server.client(), &alice, &bob);
        assert!((kept..=sent).contains(&number(&alice.get("/user/me"))));
    }

    let pid = server.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success());
    assert!((kept..=sent).contains(&number(&alice.get("/user/me"))));
    for n in sent..sent + 100 {
        assert_eq!(number(&alice.put("/user/me", data(n)).is(200)), n);
    }
    let again = alice.signed_in();
    again.delete("/auth").is(204);
    let log = server.kill();
    assert!(log.contains("ERROR"), "its operator should hear of it: {log}");

    let server = ServerProcess::start(&file);
    let [alice, bob, again] =
        [alice, bob, again].map(|persona| Persona::named(server.client(), persona.name()).with_token(persona.token()));
    assert_eq!(number(&alice.get("/user/me").is(200)), sent + 99);
    assert!(bob.is_in() && !again.is_in());
}

#[test]
#[cfg_attr(not(all(has_bash, has_prlimit)), ignore = "needs bash and prlimit")]
fn a_start_on_a_full_disk_says_so_and_spoils_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users.db");
    for (kib, (name, argument, code)) in [0, 4, 12, 20, 28].into_iter().zip(PROGRAMS.into_iter().cycle()) {
        let mut command = under(&format!("trap '' XFSZ; ulimit -S -f {kib}"), name, &file);
        command.args(argument);
        assert_refused(&run(command), code, "database");
    }
    let server = ServerProcess::start(&file);
    let _made = Persona::named(server.client(), "alice").sign_up().is(201);
}
