//! The way back to the queue: which list a refund was opened from, and where it stood there. The addresses of its pages
//! carry it, so that two windows work through two lists.

use refund_core::RefundId;

use super::form::Form;

/// How many refunds are on one page of the queue.
pub(super) const PAGE: usize = 50;

/// The fields of an address that say so.
const LIST: &str = "in";
const AT: &str = "at";

/// Where whoever looks at a refund comes from.
#[derive(Default)]
pub(crate) struct Way(Option<(Form, usize)>);

impl Way {
    /// As an address says it.
    pub(crate) fn of(query: &Form) -> Self {
        let at = query.get(AT).parse().ok();
        Self(at.map(|at| (Form::read(query.get(LIST).as_bytes()), at)))
    }

    /// From a list, of which the refund is the one behind so many.
    pub(crate) fn from(list: &Form, at: usize) -> Self {
        Self(Some((list.clone(), at)))
    }

    /// What is looked through on that way, and where.
    pub(crate) fn list(&self) -> Option<(&Form, usize)> {
        self.0.as_ref().map(|(list, at)| (list, *at))
    }

    /// What the addresses of the refund's pages carry.
    pub(crate) fn query(&self) -> String {
        let fields = self.fields();
        if fields.is_empty() { String::new() } else { format!("?{}", pairs(fields)) }
    }

    /// The same as fields.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        self.list().map_or_else(Vec::new, |(list, at)| vec![(LIST, pairs(list.fields())), (AT, at.to_string())])
    }

    /// The page of a refund.
    pub(crate) fn refund(&self, id: &str) -> String {
        format!("/refunds/{id}{}", self.query())
    }

    /// The same, by the refund's own id.
    pub(super) fn to(&self, id: &RefundId) -> String {
        self.refund(id.as_str())
    }

    /// The list, on the page where the refund stands.
    pub(crate) fn back(&self) -> String {
        let Some((list, at)) = self.list() else { return "/refunds".to_owned() };
        let number = (at / PAGE).saturating_add(1);
        let fields = list.fields().filter(|(name, value)| *name != "page" && !value.is_empty());
        let mut fields: Vec<_> = fields.map(|(name, value)| (name, value.to_owned())).collect();
        if number > 1 {
            fields.push(("page", number.to_string()));
        }
        if fields.is_empty() { "/refunds".to_owned() } else { format!("/refunds?{}", pairs(fields)) }
    }
}

fn pairs(fields: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_the_list_and_nowhere_else() {
        let way = |query: &str| Way::of(&Form::read(query.as_bytes()));
        let list = Form::read(b"tab=waiting&q=a%26b");
        let there = Way::from(&list, 51).refund("r");
        assert_eq!(there, "/refunds/r?in=tab%3Dwaiting%26q%3Da%2526b&at=51");
        assert_eq!(way(there.split_once('?').unwrap().1).back(), "/refunds?tab=waiting&q=a%26b&page=2");
        for (query, back) in [("", "/refunds"), ("in=tab%3Doffers", "/refunds"), ("in=//evil.example&at=0", "/refunds")]
        {
            assert_eq!(way(query).back(), back, "{query}");
        }
        assert_eq!(way("").refund("r"), "/refunds/r");
    }
}
