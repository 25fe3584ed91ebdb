//! Where the parcels of well-known carriers are followed: an address for a person to open, which nothing here calls.

/// Each carrier: what people call it, in small letters without what stands between them, and its address, in front of the
/// tracking number. The mainland's carriers whose own pages take no number are looked up where people there look.
const CARRIERS: [(&[&str], &str); 14] = [
    (
        &["sf", "sfexpress", "shunfeng", "順豐", "順豐速運", "顺丰", "顺丰速运", "顺丰快递"],
        "https://www.sf-express.com/chn/sc/waybill/waybill-detail/",
    ),
    (&["zto", "ztoexpress", "中通", "中通快遞", "中通快递"], "https://www.kuaidi100.com/chaxun?com=zhongtong&nu="),
    (
        &["yto", "ytoexpress", "圓通", "圓通速遞", "圆通", "圆通速递"],
        "https://www.kuaidi100.com/chaxun?com=yuantong&nu=",
    ),
    (&["sto", "stoexpress", "申通", "申通快遞", "申通快递"], "https://www.kuaidi100.com/chaxun?com=shentong&nu="),
    (
        &["yunda", "yundaexpress", "韻達", "韻達快遞", "韵达", "韵达快递"],
        "https://www.kuaidi100.com/chaxun?com=yunda&nu=",
    ),
    (
        &["jt", "jtexpress", "極兔", "極兔速遞", "极兔", "极兔速递"],
        "https://www.kuaidi100.com/chaxun?com=jtexpress&nu=",
    ),
    (
        &["jd", "jdl", "jdlogistics", "京東", "京東物流", "京东", "京东物流"],
        "https://www.kuaidi100.com/chaxun?com=jd&nu=",
    ),
    (&["deppon", "德邦", "德邦快遞", "德邦快递"], "https://www.kuaidi100.com/chaxun?com=debangkuaidi&nu="),
    (
        &["ems", "chinapost", "中國郵政", "中国邮政", "邮政ems", "郵政ems"],
        "https://www.kuaidi100.com/chaxun?com=ems&nu=",
    ),
    (&["tcat", "黑貓", "黑貓宅急便"], "https://www.t-cat.com.tw/Inquire/TraceDetail.aspx?BillID="),
    (&["dhl", "dhlexpress"], "https://www.dhl.com/en/express/tracking.html?AWB="),
    (&["ups"], "https://www.ups.com/track?tracknum="),
    (&["fedex"], "https://www.fedex.com/fedextrack/?trknbr="),
    (&["usps"], "https://tools.usps.com/go/TrackConfirmAction?tLabels="),
];

/// Where a parcel can be followed; nothing where the carrier is not known here, or its number is none that goes into an
/// address as it is.
pub(super) fn followed_at(carrier: &str, number: &str) -> Option<String> {
    let called: String = carrier.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let (_, address) = CARRIERS.iter().find(|(names, _)| names.contains(&called.as_str()))?;
    let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_plain && !number.is_empty()).then(|| format!("{address}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_known_however_it_is_written() {
        let sf = Some("https://www.sf-express.com/chn/sc/waybill/waybill-detail/SF-5550-0199".to_owned());
        for carrier in ["SF Express", "sf-express", "SF", "順豐速運", "顺丰 速运"] {
            assert_eq!(followed_at(carrier, "SF-5550-0199"), sf, "{carrier}");
        }
        assert_eq!(followed_at("T-CAT", "900000000001").unwrap().rsplit('=').next(), Some("900000000001"));
    }

    #[test]
    fn what_is_no_carrier_or_no_number_leads_nowhere() {
        for (carrier, number) in [
            ("The neighbour", "1"),
            ("", "1"),
            ("not SF Express", "1"),
            ("UPS", ""),
            ("UPS", "1&x=2"),
            ("UPS", "1#2"),
            ("UPS", "../1"),
            ("UPS", "一"),
        ] {
            assert_eq!(followed_at(carrier, number), None, "{carrier} {number}");
        }
    }

    #[test]
    fn every_address_is_one_and_no_name_is_two_carriers() {
        let mut names: Vec<_> = CARRIERS.iter().flat_map(|(names, _)| names.iter()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for (names, address) in CARRIERS {
            assert!(url::Url::parse(address).is_ok_and(|url| url.scheme() == "https"), "{address}");
            for name in names {
                assert!(followed_at(name, "1").is_some(), "{name} is written as it is looked for");
            }
        }
    }
}
