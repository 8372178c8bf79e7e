//! A report without the texts of Secrets, wherever somebody wrote them a second time: in messages, comments, keys, other objects.

use std::sync::Arc;

use super::{ObjectChange, Report, secrets::Scrubber};

impl Report {
    /// Takes the texts of all Secrets that were rendered out of everything that was written by somebody else than us.
    pub(crate) fn scrub(&mut self) {
        let Some(scrubber) = self.secrets.scrubber() else { return };
        for finding in &mut self.findings {
            scrubber.scrub(&mut finding.message);
            scrubber.scrub(&mut finding.path);
        }
        for issue in &mut self.problems {
            scrubber.scrub(&mut issue.message);
            scrubber.scrub(&mut issue.hint);
        }
        for entry in &mut self.applications.not_rendered {
            scrubber.scrub(&mut entry.reason);
        }
        for entry in &mut self.terraform.not_evaluated {
            scrubber.scrub(&mut entry.reason);
        }
        for entry in &mut self.terraform.undecided {
            scrubber.scrub(&mut entry.reason);
            scrubber.scrub(&mut entry.path);
        }
        for entry in &mut self.not_expanded {
            scrubber.scrub(&mut entry.reason);
        }
        let Some(changes) = &mut self.changes else { return };
        for application in &mut changes.applications {
            application.base_unknown.iter_mut().for_each(|reason| scrubber.scrub(reason));
            application.objects.iter_mut().for_each(|object| object.scrub(&scrubber));
        }
    }
}

impl ObjectChange {
    fn scrub(&mut self, scrubber: &Scrubber) {
        scrubber.scrub(&mut self.object.name);
        self.hazards.iter_mut().for_each(|hazard| scrubber.scrub(hazard));
        for text in [&mut self.before, &mut self.after].into_iter().flatten() {
            let mut whole = text.to_string();
            scrubber.scrub(&mut whole);
            *text = Arc::from(whole);
        }
        for field in &mut self.fields {
            scrubber.scrub(&mut field.path);
            [&mut field.before, &mut field.after].into_iter().flatten().for_each(|value| scrubber.scrub(value));
        }
    }
}
