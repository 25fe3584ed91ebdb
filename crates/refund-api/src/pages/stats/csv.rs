//! The tables of the page as CSV, with the names and units of the API.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::asked;
use super::by_seller::sorted;
use crate::pages::form::in_address;
use crate::pages::leading::go_to;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::stats::{Numbers, counted};
use crate::wire::code::ApiCode;

/// By which a spreadsheet knows that it is UTF-8.
const BOM: char = '\u{feff}';
/// With what a spreadsheet lets a formula begin.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

type Cells = Vec<String>;

/// One table of what the address asks about.
pub(in crate::pages) async fn download(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    let app = &visit.app;
    let (seller_id, days, notice) = asked(&visit);
    if notice.is_some() {
        // The page says what is wrong.
        return Ok(go_to(&in_address("/stats", &visit.query, "table", "")));
    }
    let counted = counted(&app.engine, &app.stats, seller_id.as_ref(), days).await?;
    let total = Numbers::of_all(counted.values());
    let table = visit.query.get("table");
    let rows = match table {
        "days" => {
            let days = counted.iter().map(|(day, numbers)| (vec![day.to_string()], numbers));
            numbered(&["date"], days.collect(), &total)
        }
        "sellers" if seller_id.is_none() => {
            let all = sorted(&visit, days, &total).await?;
            let sellers = all.iter().map(|(id, name, numbers)| (vec![harmless(id.as_str()), harmless(name)], numbers));
            numbered(&["seller_id", "seller_name"], sellers.collect(), &total)
        }
        "reasons" => {
            let head = ["for", "code", "count"].map(str::to_owned).into();
            let reasons = total.reasons.iter().map(|((purpose, code), count)| {
                vec![purpose.as_str().to_owned(), harmless(code.as_str()), count.to_string()]
            });
            [head].into_iter().chain(reasons).collect()
        }
        _ => return Err(Problem::not_found()),
    };
    let attachment = format!("attachment; filename=\"refund-{table}-{}-{}.csv\"", days.from, days.to);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, attachment)];
    Ok((headers, written(&rows)?).into_response())
}

/// Numbers in rows, each behind what it is about; sums have a column for each currency.
fn numbered(about: &[&str], rows: Vec<(Cells, &Numbers)>, total: &Numbers) -> Vec<Cells> {
    let currencies: Vec<_> = total.sums.iter().map(|sums| sums.currency).collect();
    let counts = [
        "offers_made",
        "offers_accepted",
        "offers_rejected",
        "offers_expired",
        "offers_withdrawn",
        "decided_by_silence",
        "median_answer_seconds",
    ];
    let sums = currencies.iter().flat_map(|of| ["asked", "kept"].map(|what| format!("amount_{what}_{of}")));
    let head = about.iter().chain(&counts).map(ToString::to_string).chain(sums).collect();
    let rows = rows.into_iter().map(|(mut cells, numbers)| {
        let counts = [
            numbers.offers_made,
            numbers.offers_accepted,
            numbers.offers_rejected,
            numbers.offers_expired,
            numbers.offers_withdrawn,
            numbers.decided_by_silence,
        ];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(numbers.median_answer_seconds().map(|seconds| seconds.to_string()).unwrap_or_default());
        for currency in &currencies {
            let own = numbers.sums.iter().find(|sums| sums.currency == *currency);
            cells.extend(own.map_or([0, 0], |sums| [sums.asked, sums.kept]).map(|minor| currency.decimal(minor)));
        }
        cells
    });
    [head].into_iter().chain(rows).collect()
}

fn written(rows: &[Cells]) -> Result<String, Problem> {
    let broken = |error: String| Problem::new(ApiCode::Internal, error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| broken(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(error.to_string()))?;
    String::from_utf8(bytes).map(|text| format!("{BOM}{text}")).map_err(|error| broken(error.to_string()))
}

/// A spreadsheet takes text that begins like a formula for one: an apostrophe before it says that it is text.
fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_stays_text_and_is_quoted() {
        let rows = [vec![harmless("=1+1"), harmless("a \"b\", c")], vec!["-3.00".to_owned(), harmless("＝1")]];
        assert_eq!(written(&rows).unwrap(), "\u{feff}'=1+1,\"a \"\"b\"\", c\"\n-3.00,'＝1\n");
    }
}
