"""Computes the expected output of `json` with other code: Python's own json module (standard library only)."""

import json

COUNTRIES = ["AT", "BR", "DE", "FR", "IN", "JP", "US", "ZA"]
NOTES = [
    r"leave at the door",
    r"ring twice, ask for \"Zoë\"",
    r"caf\u00e9 on the corner\n2nd floor",
    r"東京都 → パーク\\ビル",
]
MASK = 2**64 - 1
state = 2463534242


def below(bound):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & MASK
    return (state >> 32) % bound


def order(number):
    customer, country = below(300), COUNTRIES[below(8)]
    day, hour, minute = 1 + below(28), below(24), below(60)
    lines = []
    for _ in range(below(4) + 1):
        sku, quantity, whole, cents = below(5000), 1 + below(9), below(200), below(100)
        discount = ["null", "0.05", "0.125", "0.25"][below(4)]
        price = f"{whole}.{cents:02}"
        lines.append(f'{{"sku":"A-{sku:05}","quantity":{quantity},"unitPrice":{price},"discount":{discount}}}')
    gift, grams, note = ["false", "true"][below(2)], below(20000), NOTES[below(4)]
    return (
        f'{{"id":{number},"customer":"c{customer:04}","country":"{country}",'
        f'"placed":"2024-03-{day:02}T{hour:02}:{minute:02}:00Z","lines":[{",".join(lines)}],'
        f'"attributes":{{"note":"{note}","gift":{gift},"grams":{grams},"box":[{grams % 7},{grams % 11}]}}}}'
    )


def price(line):
    return line["quantity"] * line["unitPrice"] * (1.0 - (line["discount"] or 0.0))


def in_order(values):
    """Left to right, as the program adds; sum() of Python 3.12 compensates rounding and would differ."""
    total = 0.0
    for value in values:
        total += value
    return total


text = '{"version":3,"orders":[' + ",".join(order(number) for number in range(1, 1201)) + "]}"
document = json.loads(text)
countries, kept = {}, []
for entry in document["orders"]:
    total = in_order(price(line) for line in entry["lines"])
    country = countries.setdefault(entry["country"], {"orders": 0, "units": 0, "revenue": 0.0})
    country["orders"] += 1
    country["units"] += sum(line["quantity"] for line in entry["lines"])
    country["revenue"] += total
    if total >= 1000.0:
        kept.append(
            {
                "id": entry["id"],
                "customer": entry["customer"],
                "date": entry["placed"][:10],
                "total": total,
                "skus": [line["sku"] for line in entry["lines"]],
                "attributes": dict(sorted(entry["attributes"].items())),
            }
        )
kept.sort(key=lambda entry: (-entry["total"], entry["id"]))
report = {
    "version": document["version"],
    "ordersRead": len(document["orders"]),
    "countries": dict(sorted(countries.items())),
    "orders": kept,
}
output = json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode()
checksum = 0xCBF29CE484222325
for byte in output:
    checksum = ((checksum ^ byte) * 0x100000001B3) & MASK
print(
    f"json in={len(text.encode())} orders={len(document['orders'])} kept={len(kept)} "
    f"countries={len(countries)} out={len(output)} fnv1a64={checksum:016x}"
)
