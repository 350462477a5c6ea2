//! Currency codes of ISO 4217.

/// The active codes, and those withdrawn since 2020, which older costs have: ANG BGN CUC HRK SLL ZWL. Without the codes
/// for testing and for no currency (XTS, XXX).
const LISTED: &str = "\
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD \
HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD \
USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW \
ZWG ZWL";

/// Whether the currency is listed in ISO 4217.
pub fn is_listed(code: &str) -> bool {
    LISTED.split(' ').any(|listed| listed == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_have_three_letters() {
        let codes: Vec<&str> = LISTED.split(' ').collect();
        assert!(codes.is_sorted_by(|left, right| left < right));
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        assert!(is_listed("EUR") && is_listed("CHF") && !is_listed("BTC") && !is_listed("XXX") && !is_listed(""));
    }
}
