//! Keywords of a call: the published client knows some parameters under another name.

use kamodo_value::{Signature, published_parameters};

/// Returns the parameter that a keyword of a call means, which may be the name that is shown of it.
pub(crate) fn own_parameter(signature: &Signature, keyword: String) -> String {
    if signature.parameters.iter().any(|parameter| parameter.name == keyword) {
        return keyword;
    }
    let shown = published_parameters(signature);
    let found = shown.iter().zip(&signature.parameters).find(|(shown, _)| **shown == keyword);
    found.map_or(keyword, |(_, parameter)| parameter.name.clone())
}

/// Returns the keywords of a call by what they mean.
pub(crate) fn own_keywords<T>(signature: &Signature, keywords: Vec<(String, T)>) -> Vec<(String, T)> {
    keywords.into_iter().map(|(name, value)| (own_parameter(signature, name), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_understood_under_both_names() {
        let parameter = |name: &str| kamodo_value::Parameter { name: name.into(), unit: None, default: None };
        let parameters = ["x", "LT", "S", "S_"].map(parameter).into();
        let signature = Signature { name: "f".into(), parameters, unit: None };
        for (keyword, own) in
            [("LT_", "LT"), ("LT", "LT"), ("S__", "S"), ("S_", "S_"), ("x_", "x_"), ("S", "S")]
        {
            assert_eq!(own_parameter(&signature, keyword.to_owned()), own);
        }
    }
}
