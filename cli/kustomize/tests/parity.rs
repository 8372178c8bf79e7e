//! Every case gives what the real kustomize printed, byte for byte, or is refused where that refuses it.
#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

mod case;

use case::Case;
use portcullis_kustomize::FaultKind;

#[test]
fn cases_give_what_kustomize_gives() {
    let mut wrong = Vec::new();
    let cases = Case::all();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for case in cases {
        let built = case.build();
        let problem = match (&case.output, &built) {
            (_, Err(fault)) if fault.hint.is_empty() => Some(format!("no hint: {}", fault.message)),
            (Some(_), Err(fault)) if case.unrendered && fault.kind == FaultKind::Unrendered => None,
            (Some(output), Ok(rendered)) if output.as_bytes() == rendered.text.bytes() => None,
            (Some(output), Ok(rendered)) => {
                Some(format!("--- kustomize\n{output}--- here\n{}", String::from_utf8_lossy(rendered.text.bytes())))
            }
            (Some(_), Err(fault)) => Some(format!("{:?}: {}", fault.kind, fault.message)),
            (None, Ok(_)) => Some("kustomize refuses it".to_owned()),
            (None, Err(fault)) if fault.kind == FaultKind::Unrendered && !case.unrendered => Some(format!("unrendered: {}", fault.message)),
            (None, Err(_)) => None,
        };
        wrong.extend(problem.map(|problem| format!("{}: {problem}", case.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
