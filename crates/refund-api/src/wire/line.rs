//! An order line as it is shown.

use refund_core::{Category, ImageUrl, Label, LineId, OrderId, OrderLine};
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyOut;

/// What was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(super) struct LineOut {
    order_id: OrderId,
    line_id: LineId,
    title: Label,
    category: Category,
    paid: MoneyOut,
    shipped: bool,
    freight_insurance: bool,
    /// Where a picture of the goods lies, where the platform said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<ImageUrl>,
}

impl From<&OrderLine> for LineOut {
    fn from(line: &OrderLine) -> Self {
        Self {
            order_id: line.order_id.clone(),
            line_id: line.line_id.clone(),
            title: line.title.clone(),
            category: line.category,
            paid: line.paid.into(),
            shipped: line.shipped,
            freight_insurance: line.freight_insurance,
            image_url: line.image_url.clone(),
        }
    }
}
