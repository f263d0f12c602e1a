use rstest::rstest;

use super::*;

fn shown(html: &str) -> String {
    let (text, entities) = parse(html).unwrap();
    let shown = |entity: &Entity| {
        let value = entity.value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
        format!(" {}:{}+{}{value}", entity.kind, entity.offset, entity.length)
    };
    format!("{text}|{}", entities.iter().map(shown).collect::<String>())
}

#[rstest]
#[case("plain", "plain|")]
#[case("<b>a</b><strong>b</strong>", "ab| bold:0+1 bold:1+1")]
#[case("<i>a</i><em>b</em>", "ab| italic:0+1 italic:1+1")]
#[case("<u>a</u><ins>b</ins>", "ab| underline:0+1 underline:1+1")]
#[case("<s>a</s><strike>b</strike><del>c</del>", "abc| strikethrough:0+1 strikethrough:1+1 strikethrough:2+1")]
#[case("<B>a</b>", "a| bold:0+1")]
#[case("<b>a <i>b</i></b>", "a b| bold:0+3 italic:2+1")]
#[case("<b>a</>", "a| bold:0+1")]
#[case("<b></b>x", "x|")]
#[case("🏠 <b>дом</b>", "🏠 дом| bold:3+3")]
#[case("<tg-spoiler>a</tg-spoiler>", "a| spoiler:0+1")]
#[case("<span class=\"tg-spoiler\">a</span>", "a| spoiler:0+1")]
#[case("<blockquote>a</blockquote>", "a| blockquote:0+1")]
#[case("<blockquote expandable>a</blockquote>", "a| expandable_blockquote:0+1")]
#[case("<tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji>", "👍| custom_emoji:0+2=5368324170671202286")]
#[case("<code>a &lt; b</code>", "a < b| code:0+5")]
#[case("<pre>a</pre>", "a| pre:0+1")]
#[case("<pre><code class=\"language-rust\">a</code></pre>", "a| pre:0+1=rust")]
#[case("<code class=\"language-rust\"><pre>a</pre></code>", "a| pre:0+1=rust")]
#[case("<code class=\"language-rust\">a</code>", "a| code:0+1")]
#[case("<pre>b<code class=\"language-rust\">a</code></pre>", "ba| pre:0+2 code:1+1")]
#[case("<a href=\"https://example.com/?a=1&amp;b=2\">x</a>", "x| text_link:0+1=https://example.com/?a=1&b=2")]
#[case("<a href='example.com'>x</a>", "x| text_link:0+1=http://example.com/")]
#[case("<a>https://example.com/</a>", "https://example.com/| text_link:0+20=https://example.com/")]
#[case("<a href=\"nonsense\">x</a>", "x|")]
#[case("<a href=\"javascript://alert(1)\">x</a>", "x|")]
#[case("<a href=\"tg://user?id=42\">x</a>", "x| text_mention:0+1=42")]
#[case("&lt;b&gt; &amp; &quot;", "<b> & \"|")]
#[case("&#60;&#x41;&#1078;", "<Aж|")]
#[case("&lt", "<|")]
#[case("&nbsp; &apos; & && &#0; AT&T", "&nbsp; &apos; & && &#0; AT&T|")]
#[case("a > b", "a > b|")]
fn accepted(#[case] html: &str, #[case] expected: &str) {
    assert_eq!(shown(html), expected);
}

#[rstest]
#[case("<b>a", "Can't find end tag corresponding to start tag \"b\"")]
#[case("<b><i>a</i>", "Can't find end tag corresponding to start tag \"b\"")]
#[case("a</b>", "Unexpected end tag at byte offset 1")]
#[case("<b>a</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"")]
#[case("<b><i>a</b></i>", "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"")]
#[case("я<br>", "Unsupported start tag \"br\" at byte offset 2")]
#[case("<br/>", "Unsupported start tag \"br/\" at byte offset 0")]
#[case("<p>a</p>", "Unsupported start tag \"p\" at byte offset 0")]
#[case("<!-- a -->", "Unsupported start tag \"!--\" at byte offset 0")]
#[case("1 < 2", "Unsupported start tag \"\" at byte offset 2")]
#[case("I <3 you", "Unsupported start tag \"3\" at byte offset 2")]
#[case("a <", "Unclosed start tag at byte offset 2")]
#[case("<b", "Unclosed start tag at byte offset 0")]
#[case("<a href=\"x", "Unclosed start tag at byte offset 0")]
#[case("<a href=", "Unclosed start tag \"a\" at byte offset 0")]
#[case("<a href=a:b>x</a>", "Unexpected end of name token at byte offset 8")]
#[case("<b =x>a</b>", "Empty attribute name in the tag \"b\" at byte offset 0")]
#[case("<b>a</b", "Unclosed end tag at byte offset 4")]
#[case("<span>a</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0")]
#[case("<tg-emoji emoji-id=\"0\">a</tg-emoji>", "Invalid custom emoji identifier specified")]
#[case("<tg-emoji emoji-id=\"x\">a</tg-emoji>", "Invalid custom emoji identifier specified")]
fn refused(#[case] html: &str, #[case] expected: &str) {
    assert_eq!(parse(html).unwrap_err(), expected);
}

#[test]
fn white_space_at_both_ends_is_cut_off_and_what_stood_in_it_moves() {
    let parsed = trim(parse(" \n<b> a</b> b<i> </i>\n").unwrap());
    assert_eq!(parsed.0, "a b");
    let places: Vec<_> = parsed.1.iter().map(|entity| (entity.kind.as_str(), entity.offset, entity.length)).collect();
    assert_eq!(places, [("bold", 0, 1)]);
}
