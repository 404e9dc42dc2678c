//! Text as the code of a link to any figure but the lab.
#![no_main]

use architectures::{distribution::Plan, file_sharing::Design, run_of};
use libfuzzer_sys::fuzz_target;
use protocols::rpc::{self, call_chain::Call};
use wire::formats::Sample;

/// What is read is written so that it is read as the same; what is not, with a reason.
macro_rules! there_and_back {
    ($code:expr, $($read:expr),*) => {
        $(match $read($code) {
            Ok(run) => {
                let code = run.code();
                let again = $read(&code).expect("what is written can be read");
                assert_eq!(again.code(), code, "what is written is read as the same");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        })*
    };
}

fuzz_target!(|text: &str| {
    there_and_back!(
        text,
        Call::from_code,
        Plan::from_code,
        Design::from_code,
        run_of,
        rpc::Run::from_code,
        Sample::from_code
    );
});
