//! Finds out which servers are there that unit tests start, so that a test that needs a missing one is reported as
//! ignored, with the reason. `USERSTORE_TEST_REQUIRE=all` ignores none: what is missing then fails.

use std::env;

fn main() {
    let required = env::var("USERSTORE_TEST_REQUIRE").is_ok_and(|value| value == "all");
    println!("cargo::rerun-if-env-changed=USERSTORE_TEST_REQUIRE");
    println!("cargo::rerun-if-env-changed=PATH");
    for (program, name) in [("redis-server", "has_redis"), ("memcached", "has_memcached")] {
        println!("cargo::rustc-check-cfg=cfg({name})");
        let is_there = |folder: std::path::PathBuf| folder.join(program).is_file();
        if required || env::var_os("PATH").iter().flat_map(env::split_paths).any(is_there) {
            println!("cargo::rustc-cfg={name}");
        }
    }
}
