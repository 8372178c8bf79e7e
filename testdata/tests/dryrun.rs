//! Asks a real API server again what `dryrun/answers.txt` has recorded: needs `testdata/tools/build` to have run.

use portcullis_testdata::cluster::trials;
use portcullis_testdata::dryrun;
use portcullis_testdata::tools::Tools;

#[test]
fn the_api_server_still_says_what_is_recorded() {
    let (_, answers) = trials::ask(&Tools::locate()).expect("the API server answers");
    let recorded = dryrun::answers().expect("the recorded answers read");
    let differing = answers.iter().filter(|(seed, said)| recorded.get(*seed) != Some(*said)).map(|(seed, _)| seed);
    assert_eq!(differing.collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(answers.len(), recorded.len());
}
