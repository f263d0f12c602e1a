//! What the hot paths cost, in instructions: `./dev instructions` as CI runs it.

use std::process::Command;

use e2e::servers::program;

#[test]
fn hot_paths_take_about_the_instructions_that_are_stored() {
    // In the environment of the tests: it asks rustc for its version, and rustup finds that by the home.
    let ran = Command::new(program("instructions")).output().unwrap();
    let printed = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{printed}");
    println!("{printed}");
}
