//! What a person is told whose story has a mistake, or turns out otherwise than they expected.

use refund_tests::scenario::{Place, Scenario, play};

const HEAD: &str = "title = \"A story\"\nrules = [\"S1\"]\n";

/// What can be wrong, and the lines that are.
const MISTAKES: &[(&str, &str)] = &[
    ("text that never ends", "[line]\ntitle = \"A bin\ncategory = \"general\""),
    ("a key twice", "[line]\npaid = \"20.00\"\npaid = \"21.00\""),
    ("an unknown table", "[buyer]\nname = \"Wu\""),
    ("an unknown key", "[policy]\nseller_decides = \"36h\""),
    ("a key of another deed", "[[step]]\nat = \"T+1h\"\nwho = \"buyer\"\ndoes = \"cancel\"\ncarrier = \"Post\""),
    ("an unknown deed", "[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"make_ofer\""),
    ("an unknown person", "[[step]]\nat = \"T+1h\"\nwho = \"vendor\"\ndoes = \"agree\""),
    ("an unknown word", "[line]\ncategory = \"frozen\""),
    ("an unknown refusal", "[request]\nrefused = \"no_way\""),
    ("something missing", "[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"make_offer\"\ntype = \"REFUND_ONLY\""),
    ("nobody who does it", "[[step]]\nat = \"T+1h\"\ndoes = \"agree\""),
    ("a number where text is due", "[line]\npaid = 20"),
    ("an amount with an exponent", "[line]\npaid = 1e3"),
    ("an amount with an exponent in quotes", "[line]\npaid = \"1e3\""),
    ("an amount too precise", "[request]\namount = \"1.999\""),
    ("a currency that is none", "[line]\npaid = \"20.00 XYZ\""),
    ("an instant that is none", "[[step]]\nat = \"T+1h75\"\ndoes = \"nothing\""),
    ("an instant before the opening", "[[step]]\nat = \"T-1h\"\ndoes = \"nothing\""),
    ("time that goes back", "[[step]]\nat = \"T+2h\"\ndoes = \"nothing\"\n[[step]]\nat = \"T+1h\"\ndoes = \"nothing\""),
    (
        "a refund that was not opened",
        "[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"agree\"\nrefund = \"second\"",
    ),
    ("a length of time that is none", "[policy]\nbuyer_answer = \"100d\""),
    ("two addresses of one name", "[seller]\naddresses = [\"shop\", \"shop\"]"),
    ("the platform as a buyer", "[[step]]\nat = \"T+1h\"\nwho = \"platform\"\ndoes = \"cancel\""),
    (
        "a seller with the platform's policy",
        "[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"put_policy\"\npolicy = {}",
    ),
    ("wider letters before the mistake", "[line]\ntitle = \"垃圾桶\" # 破損\ncategory = '生鮮'"),
];

fn accepted(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_mistake_is_shown_where_it_stands_with_what_is_expected_there() {
    let told = MISTAKES.iter().map(|(what, lines)| {
        let mistake = Scenario::read("story.toml", &format!("{HEAD}\n{lines}\n"))
            .map(|story| story.name)
            .expect_err(&format!("{what} is no mistake"));
        format!("{what}:\n{mistake}\n")
    });
    accepted("mistakes", &told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_story_without_a_title_or_rules_is_told_so() {
    let told = ["", "title = \"A story\"", "title = \"A story\"\nrules = [\"S99\"]", "title = \"A story\"\nrules = []"]
        .map(|text| {
            Scenario::read("story.toml", text).map(|story| story.name).expect_err("it has no rules").to_string()
        });
    accepted("mistakes_at_the_top", &told.join("\n\n"));
}

#[test]
fn what_turns_out_otherwise_is_shown_where_it_was_expected() {
    let text = format!(
        "{HEAD}\n[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"agree\"\nstatus = \"SUCCESS\"\n\
         deadlines = {{ seller_decide = \"T+36h\" }}\nactions = {{ buyer = [\"ship\"] }}\n\n\
         [[step]]\nat = \"T+2h\"\nwho = \"seller\"\ndoes = \"refuse\"\n\n\
         [[step]]\nat = \"T+3h\"\nwho = \"buyer\"\ndoes = \"ship\"\nrefused = \"wrong_status\"\n"
    );
    let story = Scenario::read("story.toml", &text).expect("a story");
    let played = play(&story, Place::Core.stage().expect("the core").as_mut()).expect("a stage that works");
    let told: Vec<_> = played.failures.iter().map(ToString::to_string).collect();
    accepted("turned_out_otherwise", &told.join("\n\n"));
}

#[test]
fn a_story_whose_refund_was_not_opened_ends_there_and_says_so() {
    let text = format!(
        "{HEAD}\n[request]\namount = \"20.01\"\n\n[[step]]\nat = \"T+1h\"\nwho = \"seller\"\ndoes = \"agree\"\n"
    );
    let story = Scenario::read("story.toml", &text).expect("a story");
    let played = play(&story, Place::Core.stage().expect("the core").as_mut()).expect("a stage that works");
    let told: Vec<_> = played.failures.iter().map(ToString::to_string).collect();
    accepted("not_opened", &format!("{}\n{}", played.transcript, told.join("\n\n")));
}

#[test]
fn a_file_that_is_not_there_is_told_so() {
    let mistake = Scenario::load("no-such-story.toml".as_ref()).expect_err("there is no such file");
    assert!(mistake.to_string().starts_with("no-such-story.toml:1:1: the file can't be read"), "{mistake}");
}
