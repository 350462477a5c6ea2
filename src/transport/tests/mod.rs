mod bench;
mod limits;
mod messages;
mod sending;
mod trust;

/// The tables of docs/transport.md have every limit, with its default.
#[test]
fn the_documented_limits_are_the_defaults() {
    let page = include_str!("../../../docs/transport.md");
    let (listener, sending) = page.split_once("## Sending").unwrap();
    let limits = format!("{:?}", super::Limits::default());
    let client = format!("{:?}", super::push::ClientLimits::default());
    for (part, limits) in [(listener, limits), (sending, client)] {
        let fields = limits.split_once('{').unwrap().1.trim_end_matches([' ', '}']);
        let rows: Vec<String> = fields
            .split(", ")
            .map(|field| field.trim().split_once(": ").unwrap())
            .map(|(name, value)| format!("\n| `{name}` | {value} | "))
            .collect();
        for row in &rows {
            assert!(part.contains(row), "{row}");
        }
        let documented = part.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5);
        assert_eq!(documented.count(), rows.len(), "a limit is documented that is none");
    }
}
