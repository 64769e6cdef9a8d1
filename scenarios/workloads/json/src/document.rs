//! The input: orders of a shop, written as text without serde, the same bytes at every run.

use std::fmt::Write;

const ORDERS: u64 = 1200;
const COUNTRIES: [&str; 8] = ["AT", "BR", "DE", "FR", "IN", "JP", "US", "ZA"];
const NOTES: [&str; 4] = [
    r"leave at the door",
    r#"ring twice, ask for \"Zoë\""#,
    r"caf\u00e9 on the corner\n2nd floor",
    r"東京都 → パーク\\ビル",
];

/// A document of about 420 KiB.
pub fn generate() -> String {
    let mut text = String::from(r#"{"version":3,"orders":["#);
    let mut random = Lcg(2_463_534_242);
    for id in 1..=ORDERS {
        if id > 1 {
            text.push(',');
        }
        order(&mut text, id, &mut random).expect("writing to a string cannot fail");
    }
    text.push_str("]}");
    text
}

fn order(text: &mut String, id: u64, random: &mut Lcg) -> std::fmt::Result {
    let customer = random.below(300);
    let country = COUNTRIES[random.below(8)];
    let (day, hour, minute) = (1 + random.below(28), random.below(24), random.below(60));
    write!(text, r#"{{"id":{id},"customer":"c{customer:04}","country":"{country}","#)?;
    write!(text, r#""placed":"2024-03-{day:02}T{hour:02}:{minute:02}:00Z","lines":["#)?;
    for line in 0..=random.below(4) {
        let separator = if line > 0 { "," } else { "" };
        let (sku, quantity) = (random.below(5000), 1 + random.below(9));
        let (whole, cents) = (random.below(200), random.below(100));
        let discount = [r"null", r"0.05", r"0.125", r"0.25"][random.below(4)];
        write!(text, r#"{separator}{{"sku":"A-{sku:05}","quantity":{quantity},"#)?;
        write!(text, r#""unitPrice":{whole}.{cents:02},"discount":{discount}}}"#)?;
    }
    let (gift, grams, note) = (random.below(2) == 1, random.below(20_000), NOTES[random.below(4)]);
    write!(
        text,
        r#"],"attributes":{{"note":"{note}","gift":{gift},"grams":{grams},"box":[{},{}]}}}}"#,
        grams % 7,
        grams % 11
    )
}

/// Knuth's MMIX linear congruential generator; the upper half of its state is used.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: u32) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 32) % u64::from(bound)) as usize
    }
}
