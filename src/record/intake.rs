//! §2: who reported and how it came in. The top-level fields stand in [`Record`](super::Record).

use super::{
    base::{Dated, ElementRef},
    declare::{closed, group},
};

closed! {
    /// What was promised to the reporter (§2 `reporter.mode`, requirement 94).
    pub enum ReporterMode {
        /// The name may be used as the letters say.
        Named = "named",
        /// Only the case team knows the name.
        Confidential = "confidential",
        /// Nobody knows it; a token stands for the person.
        Anonymous = "anonymous",
    }
}

group! {
    /// The reporter (§2). What the references point to is never shown wider than the references themselves.
    pub struct Reporter {
        /// What was promised.
        mode: Option<ReporterMode> = "YCNNNNN";
        /// The person, in `parties`.
        person: Option<ElementRef> = (guard "YNNCNNN");
        /// The person's manager, in `parties`.
        manager: Option<ElementRef> = (guard "YYNNNNN");
        /// What an anonymous reporter shows when coming back (requirement 95); a digest, never the token itself.
        token: Option<String> = "YNNNNNN";
    }
}

closed! {
    /// The way a report came in (§2 `channel`, requirement 7).
    pub enum Channel {
        Web = "web",
        Mail = "mail",
        Api = "api",
        Phone = "phone",
        Fax = "fax",
        Post = "post",
        InPerson = "in-person",
        Text = "text",
        Sensor = "sensor",
    }
}

group! {
    /// The acknowledgement that the reporter got (§2 `ack`, requirement 13).
    pub struct Ack {
        /// When it was sent.
        at: Option<Dated>;
        /// The message, in `messages`.
        message: Option<ElementRef>;
    }
}
