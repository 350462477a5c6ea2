//! A listener of a.example on the loopback with an intake that remembers, and b.example who calls it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    error::Code,
    gate::{Protocol, Reply, SignedReceipt, protocol},
    tls::{
        ClientStream, Endpoint, Http, OwnKey, PeerIdentity, Secured,
        testing::{Hands, key, trust},
    },
    transport::{
        Counters, Drained, Limits, Listener,
        push::{Client, ClientLimits, Intake, MessageId, Pushed, Target, routes},
    },
};

/// Longest time that a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Messages that came, as (partner, id, media type, body).
pub type Seen = Vec<(String, String, &'static str, Vec<u8>)>;

/// An intake that remembers what came, and works for as long as the test wants.
pub struct Probe {
    pub seen: Mutex<Seen>,
    pub max_bytes: u64,
    /// A push takes a permit before it ends.
    pub gate: Semaphore,
    pub finished: Semaphore,
}

impl Probe {
    pub fn open() -> Self {
        Probe {
            seen: Mutex::default(),
            max_bytes: 1_000_000,
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            finished: Semaphore::new(0),
        }
    }

    pub fn shut() -> Self {
        Probe { gate: Semaphore::new(0), ..Probe::open() }
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

pub fn receipt(text: String) -> Reply {
    protocol(&Protocol::SignedReceipt(&SignedReceipt::from_signed(text.into_bytes())))
}

impl Intake for Probe {
    fn max_bytes(&self, _: &PeerIdentity) -> u64 {
        self.max_bytes
    }

    async fn accept(&self, pushed: Pushed) -> Reply {
        let Pushed { peer, id, media_type, body, received_at } = pushed;
        assert_eq!(received_at.to_string(), Hands::NOW);
        if body == b"panic" {
            panic!("as the test wants");
        }
        self.gate.acquire().await.unwrap().forget();
        let size = body.len();
        self.seen.lock().unwrap().push((peer.partner().to_owned(), id.to_string(), media_type, body));
        self.finished.add_permits(1);
        receipt(format!("receipt for {id} of {size}"))
    }

    async fn outcome(&self, peer: PeerIdentity, id: MessageId) -> Reply {
        let known = self.seen().iter().any(|(partner, seen, ..)| partner == peer.partner() && *seen == id.to_string());
        match known {
            true => receipt(format!("outcome of {id}")),
            false => protocol(&Protocol::Problem(Code::NotFound)),
        }
    }
}

pub struct House {
    pub a: OwnKey,
    pub b: OwnKey,
    pub clock: Arc<Hands>,
    pub endpoint: Arc<Endpoint>,
    pub caller: Arc<Endpoint>,
    pub probe: Arc<Probe>,
    pub counters: Arc<Counters>,
    pub port: u16,
    pub stop: Option<oneshot::Sender<()>>,
    pub served: JoinHandle<Drained>,
}

impl House {
    pub async fn new(limits: Limits, probe: Probe) -> Self {
        let (a, b, clock, probe) = (key("a.example"), key("b.example"), Hands::new(), Arc::new(probe));
        let endpoint = Arc::new(Endpoint::new(a.clone(), trust(&[("b.example", &b)]), clock.clone()).unwrap());
        let caller = Arc::new(Endpoint::new(b.clone(), trust(&[("a.example", &a)]), clock.clone()).unwrap());
        let routes = routes(Arc::clone(&probe), clock.clone());
        let loopback = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(loopback, Arc::clone(&endpoint), routes, limits).await.unwrap();
        let (port, counters) = (listener.address().port(), listener.counters());
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(listener.serve(async move { drop(stopped.await) }));
        House { a, b, clock, endpoint, caller, probe, counters, port, stop: Some(stop), served }
    }

    pub fn target(&self) -> Target {
        target(self.port)
    }

    pub fn client(&self, http: &'static [Http]) -> Client {
        client(&self.caller, ClientLimits::default(), http)
    }

    pub async fn socket(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// A connection of b.example, to speak HTTP/1.1 by hand.
    pub async fn line(&self) -> Line {
        Line(self.secured(&[Http::One]).await.stream)
    }

    pub async fn secured(&self, http: &[Http]) -> Secured<ClientStream<TcpStream>> {
        self.caller.connect("a.example", "localhost", http, self.socket().await).await.unwrap()
    }

    /// Says something on a new connection and hears the answer.
    pub async fn say(&self, request: impl AsRef<[u8]>) -> Heard {
        let mut line = self.line().await;
        line.say(request).await;
        line.hear().await
    }

    /// Waits until as many connections were refused for this reason.
    pub async fn refused(&self, reason: &str, count: u64) {
        let reached = async {
            while self.counters.counts().refused.get(reason).copied().unwrap_or(0) < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if timeout(PATIENCE, reached).await.is_err() {
            panic!("{reason}: {:?}", self.counters.counts());
        }
    }

    pub async fn end(mut self) -> Drained {
        drop(self.stop.take());
        timeout(PATIENCE, self.served).await.unwrap().unwrap()
    }
}

pub fn target(port: u16) -> Target {
    Target::new("a.example", &format!("https://127.0.0.1:{port}/push")).unwrap()
}

pub fn client(endpoint: &Arc<Endpoint>, limits: ClientLimits, http: &'static [Http]) -> Client {
    Client::new(Arc::clone(endpoint), Hands::new(), limits, http)
}

/// HTTP/1.1 by hand.
pub struct Line(pub ClientStream<TcpStream>);

/// An answer.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The code of a problem, after checking that it says nothing else.
    pub fn code(&self) -> String {
        assert_eq!(self.field("content-type"), Some("application/problem+json"), "{self:?}");
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem.as_object().unwrap().len(), 3, "type, title and status: {problem}");
        let code = problem["type"].as_str().unwrap().strip_prefix("urn:sirex:error:").unwrap().to_owned();
        let row = Code::ALL.iter().find(|known| known.as_str() == code).unwrap().row();
        assert_eq!((problem["title"].as_str(), self.status), (Some(row.peer_text), row.status));
        code
    }
}

impl Line {
    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // A server that refuses early may close before all is written; what it said is still to be read.
        let _ = self.0.write_all(bytes.as_ref()).await;
        let _ = self.0.flush().await;
    }

    pub async fn hear(&mut self) -> Heard {
        timeout(PATIENCE, self.hear_slowly()).await.expect("no answer")
    }

    async fn hear_slowly(&mut self) -> Heard {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let read = self.0.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
        };
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut heard = Heard { status, head, body };
        let length: usize = heard.field("content-length").map_or(0, |length| length.parse().unwrap());
        while heard.body.len() < length {
            assert!(self.0.read_buf(&mut heard.body).await.unwrap() > 0, "cut: {heard:?}");
        }
        heard
    }

    /// That the other side closes without another word.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("still open");
        assert!(rest.is_empty(), "{ended:?} {}", String::from_utf8_lossy(&rest));
    }
}

/// A push over HTTP/1.1 with a stated length.
pub fn push(fields: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut request = head("POST /push", &[&[&*format!("Content-Length: {}", body.len())], fields].concat());
    request.extend(body);
    request
}

pub fn head(line: &str, fields: &[&str]) -> Vec<u8> {
    let mut head = format!("{line} HTTP/1.1\r\nHost: a.example\r\n");
    for field in fields {
        head.push_str(field);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

pub const XML: &str = "Content-Type: application/xml";
pub const UUID: &str = "01936b2e-8f3a-7c44-9d21-0123456789ab";
