//! Services and mail (RFC 7970 §3.20, §3.21).

use super::{
    IODEF,
    document::MlString,
    extension::{Extension, Software},
    trace::{HashData, SignatureData},
};
use crate::{
    class,
    class::{Id, Integer, Portlist, Text, Uri},
};

class! {
    /// A network service (RFC 7970 §3.20).
    pub struct Service("Service", IODEF) {
        attr ip_protocol: Integer = "ip-protocol";
        attr observable_id: Id = "observable-id";
        opt service_name: ServiceName = "ServiceName";
        opt port: Integer = "Port";
        opt portlist: Portlist = "Portlist";
        opt proto_type: Integer = "ProtoType";
        opt proto_code: Integer = "ProtoCode";
        opt proto_field: Integer = "ProtoField";
        opt application_header: ApplicationHeader = "ApplicationHeader" => .unwrapped("ApplicationHeaderField");
        opt email_data: EmailData = "EmailData";
        opt application: Software = "Application";
    }

    /// What a service is called (RFC 7970 §3.20.1).
    pub struct ServiceName("ServiceName", IODEF) {
        opt iana_service: Text = "IANAService";
        many url: Uri = "URL";
        many description: MlString = "Description";
    }

    /// Header fields of an application protocol (RFC 7970 §3.20.2).
    pub struct ApplicationHeader("ApplicationHeader", IODEF) {
        some field: Extension = "ApplicationHeaderField";
    }

    /// A mail message or a part of one (RFC 7970 §3.21).
    pub struct EmailData("EmailData", IODEF) {
        attr observable_id: Id = "observable-id";
        many email_to: Text = "EmailTo";
        opt email_from: Text = "EmailFrom";
        opt email_subject: Text = "EmailSubject";
        opt email_x_mailer: Text = "EmailX-Mailer";
        many email_header_field: Extension = "EmailHeaderField";
        opt email_headers: Text = "EmailHeaders";
        opt email_body: Text = "EmailBody";
        opt email_message: Text = "EmailMessage";
        many hash_data: HashData = "HashData";
        many signature_data: SignatureData = "SignatureData" => .json("Signature");
    }
}
