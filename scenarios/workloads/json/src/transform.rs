//! The work between parsing and serialising: totals per order and country, the larger orders, sorted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const LEAST_TOTAL: f64 = 1000.0;

#[derive(Deserialize)]
pub struct Document {
    version: u32,
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    id: u64,
    customer: String,
    country: String,
    placed: String,
    lines: Vec<Line>,
    attributes: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    sku: String,
    quantity: u32,
    unit_price: f64,
    discount: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    version: u32,
    pub orders_read: usize,
    pub countries: BTreeMap<String, Country>,
    pub orders: Vec<Kept>,
}

#[derive(Default, Serialize)]
pub struct Country {
    orders: u32,
    units: u32,
    revenue: f64,
}

#[derive(Serialize)]
pub struct Kept {
    id: u64,
    customer: String,
    date: String,
    total: f64,
    skus: Vec<String>,
    attributes: Map<String, Value>,
}

/// Sums every order, then keeps those of at least `LEAST_TOTAL`, largest first.
pub fn transform(document: Document) -> Report {
    let orders_read = document.orders.len();
    let mut countries: BTreeMap<String, Country> = BTreeMap::new();
    let mut orders = Vec::new();
    for order in document.orders {
        let total: f64 = order.lines.iter().map(price).sum();
        let country = countries.entry(order.country).or_default();
        country.orders += 1;
        country.units += order.lines.iter().map(|line| line.quantity).sum::<u32>();
        country.revenue += total;
        if total >= LEAST_TOTAL {
            let date = order.placed.chars().take("2024-03-01".len()).collect();
            let skus = order.lines.into_iter().map(|line| line.sku).collect();
            orders.push(Kept {
                id: order.id,
                customer: order.customer,
                date,
                total,
                skus,
                attributes: order.attributes,
            });
        }
    }
    orders.sort_by(|a, b| b.total.total_cmp(&a.total).then(a.id.cmp(&b.id)));
    Report { version: document.version, orders_read, countries, orders }
}

fn price(line: &Line) -> f64 {
    f64::from(line.quantity) * line.unit_price * (1.0 - line.discount.unwrap_or(0.0))
}
