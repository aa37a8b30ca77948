"""What the documentation writes from the code says what the code says: each rule, kind, value and way, once, in its place.

The pages are built by Sphinx, which fails where a reference leads nowhere; here it is asked whether everything is there.
"""

import json
import re
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import attrs
import pytest
from sybil import Sybil
from sybil.example import SybilFailure

import iagcore
from iagcore import reports, testing
from iagcore.cli import GROUPS, main
from iagcore.entries import KINDS
from iagcore.policy import SHIPPED, VALUES, Policy
from iagcore.practice.conversations import LIFE, State
from iagcore.practice.disclosures import OUTLETS
from iagcore.practice.kinds import ROLES, Entry, FieldClass
from iagcore.record.findings import Outcome
from iagcore.record.records import Envelope, LineState
from iagcore.record.rules import JUDGED, Rule, RuleSort
from iagcore.rulebook import FAMILIES, RULES
from iagcore.storage import codec
from iagcore.storage.stored import Filing, StoredRecord
from tests.test_structure import ORDER

DOCS = Path(__file__).parent.parent / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def loaded(path: str) -> ModuleType:
    """A module of the documentation, which lies beside it and in no package."""
    spec = spec_from_file_location(f"docs_{Path(path).stem}", DOCS / path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sys.path.append(str(DOCS / "_ext"))  # the extensions read one another
RULEBOOK, REFERENCE = loaded("_ext/rulebook.py"), loaded("_ext/reference.py")
BOOKING_LIFE, DRAWINGS = loaded("_ext/booking_life.py"), loaded("_ext/drawings.py")
EXAMPLES = loaded("conftest.py")


@cache
def page_of(rule: Rule) -> str:
    """The page of one rule, written when it is asked for: asking about one does not wait for all."""
    page: str = RULEBOOK.rule_page(rule)
    return page


def sections(text: str) -> dict[str, str]:
    """What stands under each anchor of a page."""
    _, *parts = re.split(r"^\(([a-z0-9-]+)\)=\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


KIND_SECTIONS = sections(REFERENCE.kinds())
VALUE_SECTIONS = sections(REFERENCE.policy_values())


def field(section: str, name: str) -> str:
    """What one field of a section says, without the addresses of its links."""
    found = re.search(rf"^:{name}:\n((?:    .*\n?)*)", section, flags=re.MULTILINE)
    return re.sub(r"\[(.*?)\]\(.*?\)", r"\1", found[1]).strip() if found else ""


def test_every_rule_asks_a_question_of_its_own() -> None:
    questions = [rule.question for rule in RULES]
    assert [one for one in questions if not re.fullmatch(r"[A-Z][^?\n]{10,70}\?", one)] == []
    assert len(questions) == len(set(questions))


def test_the_rule_book_links_every_rule_by_its_question_and_says_how_it_binds_under_starter() -> None:
    rows = re.findall(
        r"^\| \[([A-Z-0-9]+)\]\(#(\S+)\) \| (.*) \| (.*) \| (.*) \|$", RULEBOOK.rule_book(), flags=re.MULTILINE
    )
    ordered = [rule for family in FAMILIES for rule in RULES if rule.family == family]
    assert [code for code, *_ in rows] == [rule.code for rule in ordered]
    for rule, (code, anchor, asks, binds, starter) in zip(ordered, rows, strict=True):
        assert (anchor, asks) == (code.lower(), f"[{rule.question}](#{anchor})<br>{rule.title}")
        assert binds == (rule.level if rule.sort in JUDGED else rule.sort)
        lowered = code in ("COA-01", "COA-02", "COA-04", "COA-06", "COA-08", "JRN-06")
        assert starter == ("SHOULD from 1 January 2020" if lowered else binds)


def test_every_rule_has_a_page_and_a_page_of_no_rule_goes(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "xyz-99.md").write_text("of a rule that was", "utf-8")
    (tmp_path / "rules" / "alw-01.md").write_text("of yesterday", "utf-8")
    for _ in range(2):
        RULEBOOK.make_pages(SimpleNamespace(srcdir=tmp_path))
        made = {path.name: path.read_text("utf-8") for path in (tmp_path / "rules").iterdir()}
        assert made == {f"{rule.code.lower()}.md": f"```{{rule-page}} {rule.code}\n```\n" for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_written_as_the_code_has_it(rule: Rule) -> None:
    page = page_of(rule)
    assert page.startswith(f"({rule.code.lower()})=\n# {rule.question}\n\n**{rule.code}: {rule.title}**\n")
    assert field(page, "Sort").startswith(f"{rule.sort}:")
    assert field(page, "Source") == rule.source.replace("https://", "")
    assert field(page, "What helps") == rule.remedy
    assert field(page, "To the learner") == rule.plain_remedy
    assert field(page, "Once it has happened") == rule.breach
    assert field(page, "A breach, to the learner") == rule.plain_breach.replace("{", "(").replace("}", ")")
    assert field(page, "Looks at") == ", ".join(kind.declares.name for kind in rule.on)
    levels = [line.strip() for line in field(page, "Level").splitlines()]
    assert levels[:1] == ([f"- {rule.level}; {LOWERED[rule.protected, rule.level]}"] if rule.sort in JUDGED else [])
    assert [line.partition(":")[0] for line in levels[-len(SHIPPED) :]] == [
        f"- under {name}" for name in SHIPPED if rule.sort in JUDGED
    ]
    assert all(f"`{law}`, in `tests/laws/" in field(page, "Proven by") for law in rule.proven_by)


LOWERED = {
    (True, "MUST"): "no policy can lower it",
    (False, "MUST"): "a policy may set it to SHOULD",
    (False, "SHOULD"): "a policy may set it to MUST",
}


LACKING = "the page of {0} needs a scenario, no row of `cases`, under a line '# ---- {0}: …', in which {1}"


@pytest.mark.parametrize(
    "rule", [one for one in RULES if one.sort is RuleSort.CHECK and one.looks_at_records], ids=lambda rule: rule.code
)
def test_a_check_has_a_yes_and_a_no_from_its_own_section_word_for_word(rule: Rule) -> None:
    yes, no = RULEBOOK.illustrations(rule)
    assert yes is not None, LACKING.format(rule.code, "it is met, and nothing is found")
    assert no is not None, LACKING.format(rule.code, "it alone is not met")
    assert [one.rule for one in yes.decision.findings] == []
    assert [(one.rule, one.outcome) for one in no.decision.findings] == [(rule.code, Outcome.UNMET)]
    for heading, told in (("A yes", yes), ("A no", no)):
        file = Path(told.scenario.file)
        lines = file.read_text("utf-8").splitlines()
        *before, scenario = re.split(r"\n\n(?=\[\[(?:scenario\]|histories))", told.text)
        as_written = lines[told.scenario.line - 1 :][: scenario.count("\n") + 1]
        assert scenario == "\n".join(as_written)
        assert all(one in file.read_text("utf-8") and one.startswith("[[histories.") for one in before)
        assert bool(before) == ("\nafter = " in scenario)
        assert f'name = "{told.scenario.name}"' in scenario
        assert f"## {heading}: {told.scenario.name}\n" in page_of(rule)
        assert f"line {told.scenario.line}, under the policy" in page_of(rule)
        assert f"```text\n{told.decision.explain()}\n```" in page_of(rule)
    told_plainly = f"```text\n{no.decision.explain(to='learner')}\n```" in page_of(rule)
    assert told_plainly == (not no.decision.accepted and rule.plain_remedy != "")


def test_the_first_question_is_answered_with_the_very_minutes_it_speaks_of() -> None:
    _, no = RULEBOOK.illustrations(next(rule for rule in RULES if rule.code == "ALW-01"))
    assert no.scenario.name == "60 minutes are refused when 45 remain"


def test_a_law_that_does_not_exist_is_no_proof() -> None:
    with pytest.raises(LookupError, match="no law is called law_of_nothing"):
        RULEBOOK.where_a_law_stands("law_of_nothing")


def test_a_rule_that_is_no_check_names_its_laws_and_a_check_its_scenarios() -> None:
    for rule in RULES:
        laws = field(page_of(rule), "Proven by").startswith("- `law_")
        assert laws == (rule.sort is not RuleSort.CHECK or not rule.looks_at_records), rule.code


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.values], ids=lambda rule: rule.code)
def test_a_rule_shows_what_each_shipped_policy_decided_and_who(rule: Rule) -> None:
    reads = field(page_of(rule), "Reads")
    assert re.findall(r"^ *- `(\w+)`$", reads, flags=re.MULTILINE) == [v.name for v in VALUES if v.name in rule.values]
    for name in SHIPPED:
        policy = Policy.load(name)
        for value in rule.values:
            for cited in policy.values[value]:
                assert cited.source.replace("https://", "") in reads
                assert f"from {cited.since.day} {cited.since:%B %Y}" in reads
        assert reads.count(f"- {name}: ") == len(rule.values)


def test_a_level_that_a_policy_sets_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
        schema = 1
        name = "ours"
        title = "Ours"
        over = "starter"
        [[level.ALW-05]]
        from = 2030-09-01
        value = "MUST"
        local = "decided here"
        [[value.longest_conversation_minutes]]
        from = 2030-09-01
        gap = true
        local = "nobody has decided yet"
        [[value.longest_conversation_minutes]]
        from = 2030-10-01
        review_by = 2031-10-01
        value = 60
        local = "decided since"
        [[value.rounding]]
        from = 2030-09-01
        value = { way = "up", to = 15 }
        local = "decided here"
    """
    for module in (RULEBOOK, REFERENCE):
        monkeypatch.setattr(module, "POLICIES", (Policy.parse(text),))
    section = RULEBOOK.rule_page(next(rule for rule in RULES if rule.code == "ALW-05"))
    assert field(section, "Level").splitlines() == [
        "- SHOULD; a policy may set it to MUST",
        "    - under ours: MUST from 1 September 2030",
    ]
    assert (
        "not decided, from 1 September 2030 until the day before 1 October 2030 (local: nobody has decided yet); "
        "60 minutes, from 1 October 2030, to be reviewed by 1 October 2031 (local: decided since)"
    ) in section
    assert "up, to 15 minutes" in sections(REFERENCE.policy_values())["value-rounding"]


def test_every_kind_has_its_anchor_its_nature_its_authors_and_its_fields() -> None:
    assert list(KIND_SECTIONS) == [
        *(kind.declares.name for kind in sorted(KINDS, key=first_of_its_module)),
    ]
    for kind in KINDS:
        section = KIND_SECTIONS[kind.declares.name]
        assert field(section, "In Python") == f"`{kind.__name__}`"
        assert field(section, "Filed under") == ", ".join(kind.declares.about)
        assert field(section, "Made by") == ", ".join(kind.declares.by)
        assert field(section, "Rules") == ", ".join(rule.code for rule in RULES if kind in rule.on)
        for one in kind.declares.fields:
            row = rf"^\| `{one.name}` \| .* \| {one.type.field_class} \| {'yes' if one.may_be_left_out else '–'} \|$"
            assert len(re.findall(row, section, flags=re.MULTILINE)) == 1, f"{kind.declares.name}: {one.name}"
    assert field(KIND_SECTIONS["conversation-booked"], "Nature") == "plan"
    assert field(KIND_SECTIONS["conversation-held"], "Nature") == "fact"
    assert field(KIND_SECTIONS["entry-corrected"], "Nature") == "that of the entry it replaces"


def first_of_its_module(kind: type) -> int:
    """Where the module of a kind comes first among the kinds."""
    return next(place for place, other in enumerate(KINDS) if other.__module__ == kind.__module__)


def test_what_a_field_expects_is_said_in_its_own_words() -> None:
    answered = KIND_SECTIONS["coaching-offer-answered"]
    assert "| `answer` | answer: in full, in part, not now, declined | plain | – |" in answered
    assert "| `minutes` | minutes | plain | – |" in KIND_SECTIONS["conversation-booked"]
    assert "| `courses` | any number of: id | identifier | – |" in KIND_SECTIONS["courses-shown"]


def test_every_value_has_its_anchor_and_all_that_the_shipped_policies_say_of_it() -> None:
    assert list(VALUE_SECTIONS) == [f"value-{value.name.replace('_', '-')}" for value in VALUES]
    for value, section in zip(VALUES, VALUE_SECTIONS.values(), strict=True):
        assert section.startswith(f"## {value.name}\n\n{value.meaning}\n")
        for name in SHIPPED:
            assert section.count(f"\n| {name} | ") == len(Policy.load(name).values[value.name])


def test_the_drawing_of_a_bookings_life_has_every_state_every_way_and_words_for_both() -> None:
    drawing = ElementTree.fromstring(BOOKING_LIFE.drawing())
    title, described = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
    assert title is not None
    assert described is not None
    assert drawing.get("role") == "img"
    assert (drawing.get("aria-labelledby") or "").split() == [title.get("id"), described.get("id")]
    texts = drawing.findall(f"{SVG}text")
    assert [one.text for one in texts if one.get("class") == "state"] == [str(state) for state in BOOKING_LIFE.PLACES]
    assert set(BOOKING_LIFE.PLACES) == set(State)
    labels = [BOOKING_LIFE.entry_in_words(kind) for _, kind in LIFE]
    assert [one.text for one in texts if one.get("class") == "entry"] == labels
    assert len([path for path in drawing.findall(f"{SVG}path") if path.get("class") == "way"]) == len(LIFE)
    for (before, kind), after in LIFE.items():
        assert f"From {before}, {BOOKING_LIFE.entry_in_words(kind)} leads to {after}." in (described.text or "")
        row = f"| {before} | [{BOOKING_LIFE.entry_in_words(kind)}](#{kind.declares.name}) | {after} |"
        assert row in BOOKING_LIFE.table().splitlines()


def test_a_block_that_nothing_would_run_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    for text in ("```ruby\nputs 1\n```\n", "```output\n1\n```\n", "```python\n1\n```\nprose\n```output\n1\n```\n"):
        page.write_text(text)
        with pytest.raises(ValueError, match=r"page\.md:\d+: nothing runs a block of the sort"):
            Sybil(parsers=[EXAMPLES.fences]).parse(page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```python\nprint(1)\n```\n\n```output\n2\n```\n", "-2\n+1"),
        ("```python\nprint(1)\n```\n", "+1"),
        ("```console\n$ iagcore rules XYZ-99\n```\n", "+iagcore: rules: CODE = 'XYZ-99'"),
        ("```console\n$ iagcore rules SAF\nThe rule book\n...\n```\n", "-The rule book\n"),
        ("```console\niagcore rules\n```\n", "begins with a command"),
    ],
)
def test_an_example_that_prints_something_else_fails(text: str, said: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    document = Sybil(parsers=[EXAMPLES.fences]).parse(page)
    document.namespace["folder"] = str(tmp_path)
    (example,) = document.examples()
    with pytest.raises(SybilFailure) as failure:
        example.evaluate()
    assert said in str(failure.value)


# ---- what a newcomer looks up


def test_every_public_name_is_in_the_reference_and_says_what_it_is() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    named = set(re.findall(r"^\.\. auto(?:class|function|data):: (\S+?)(?:\(\))?$", page, flags=re.MULTILINE))
    whole = set(re.findall(r"^\.\. automodule:: (\S+)\n   :members:", page, flags=re.MULTILINE))
    missing = []
    for name in iagcore._HOME:
        found = getattr(iagcore, name)
        if isinstance(found, type) and issubclass(found, Entry) and found is not Entry:
            assert found in KINDS  # it has a section on the page of the kinds
            continue
        places = {iagcore._HOME[name], getattr(found, "__module__", iagcore._HOME[name])}
        if not (places & whole or {f"{place}.{name}" for place in places} & named):
            missing.append(name)
        assert not callable(found) or (found.__doc__ or "").strip() != "", name
    assert missing == []
    assert [name for name in reports.__all__ if f"iagcore.reports.{name}" not in named] == []
    where = {name: f"iagcore.testing.{module}.{name}" for name, module in testing._WHERE.items()}
    assert [name for name in testing.__all__ if where[name] not in named] == []
    assert "iagcore.storage.protocols" in whole


def test_every_kind_has_a_row_that_says_which_roles_may_make_it() -> None:
    rows = [line.strip("| ").split(" | ") for line in REFERENCE.roles().splitlines()]
    assert rows[0] == ["entry", *ROLES]
    assert rows[2:] == [
        [
            f"[{kind.declares.name}](#{kind.declares.name})",
            *("yes" if one in kind.declares.by else "–" for one in ROLES),
        ]
        for kind in KINDS
    ]


def test_the_command_line_has_the_help_of_every_subcommand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = REFERENCE.commands()
    headings = re.findall(r"^## (.*)$", page, flags=re.MULTILINE)
    assert headings[0] == "iagcore"
    assert {f"iagcore {group.replace('_', '-')}" for group in GROUPS} < set(headings)
    monkeypatch.setenv("COLUMNS", "102")
    for heading in headings:
        with pytest.raises(SystemExit):
            main([*heading.split()[1:], "--help"])
        assert f"## {heading}\n\n```text\n{capsys.readouterr().out}```" in page
    # and a terminal's own width is as it was
    assert [REFERENCE.os.environ["COLUMNS"], REFERENCE.commands() == page] == ["102", True]
    monkeypatch.delenv("COLUMNS")
    assert REFERENCE.commands() == page
    assert "COLUMNS" not in REFERENCE.os.environ


def test_the_record_format_has_every_field_of_what_is_stored_and_one_that_can_be_read() -> None:
    page = REFERENCE.record_format()
    for of in (StoredRecord, Filing, Envelope, LineState, codec.Payload):
        for one in attrs.fields(of):
            assert f"\n| `{one.name}` | `" in page, f"{of.__name__}: {one.name}"
    envelope, payload = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL))
    # these two stand on a receipt alone
    assert {*envelope, "ground", "role"} == {one.name for one in attrs.fields(Envelope)}
    assert set(payload) == {one.name for one in attrs.fields(codec.Payload)}
    assert (payload["kind"], envelope["lines"][0]["held"]) == ("conversation-booked", 60)


def test_the_sheets_for_a_lead_stand_beside_the_pages_with_every_local_value(tmp_path: Path) -> None:
    html, text = (SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format=one)) for one in ("html", "text"))
    REFERENCE.make_sheets(html, ValueError("it could not be built"))
    REFERENCE.make_sheets(text, None)
    assert list(tmp_path.iterdir()) == []
    REFERENCE.make_sheets(html, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"leads-sheet-{name}.html" for name in SHIPPED)
    for name in SHIPPED:
        page = (tmp_path / f"leads-sheet-{name}.html").read_text("utf-8")
        assert f'<a href="leads-sheet-{name}.html">' in REFERENCE.links_to_sheets()
        local = [one for one in VALUES if any(cited.local for cited in Policy.load(name).values[one.name])]
        assert page.count('<tr role="row"><th') == len(local) + len(Policy.load(name).levels) + page.count("<table")
    assert "as it stands on 01 Jan 2020" in REFERENCE.sheets()["leads-sheet-starter.html"]


# ---- the other two drawings


def described(drawing: ElementTree.Element) -> str:
    """The description of a drawing that is one for a screen reader, too."""
    title, words = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
    assert title is not None
    assert words is not None
    assert drawing.get("role") == "img"
    assert (drawing.get("aria-labelledby") or "").split() == [title.get("id"), words.get("id")]
    return words.text or ""


def test_the_drawing_of_what_leaves_has_every_outlet_with_its_classes_roles_and_consent() -> None:
    drawing = ElementTree.fromstring(DRAWINGS.data_flow())
    words = described(drawing)
    texts = [text.text for text in drawing.findall(f"{SVG}text")]
    shown = " ".join(text or "" for text in texts)
    for outlet in OUTLETS:
        classes = "; ".join(one for one in FieldClass if one in outlet.classes)
        roles = [role for role in ROLES if role in outlet.roles]
        consent = f"needs consent to {outlet.purpose}" if outlet.purpose else "needs no consent"
        assert f"{outlet.name} carries {classes} {consent} {' '.join(roles)}" in shown
        assert f"Through the {outlet.name} to {' or '.join(roles)}: it carries {classes}, and {consent}." in words
    assert len([one for one in drawing.findall(f"{SVG}path") if one.get("class") == "way"]) == 2 * len(OUTLETS)


def test_the_module_map_is_the_order_that_is_enforced_and_the_imports_that_there_are() -> None:
    assert DRAWINGS.order() == tuple(row[0] for row in ORDER)
    drawing = ElementTree.fromstring(DRAWINGS.module_map())
    words = described(drawing)
    names = [one.text for one in drawing.findall(f"{SVG}text") if one.get("class") == "name"]
    assert names == list(DRAWINGS.order())
    for place, module in enumerate(names):
        imports = DRAWINGS.imports_of(module)
        assert set(imports) <= set(names[:place])
        assert (
            f"{module}: {DRAWINGS.what_for(module)}; it imports {', '.join(imports) or 'nothing of iagcore'}." in words
        )
        assert f"| `{module}` | {DRAWINGS.what_for(module)} | " in DRAWINGS.module_table()
    assert (DRAWINGS.imports_of("exceptions"), DRAWINGS.imports_of("toml_source")) == ((), ("exceptions",))
    assert "casebook" in DRAWINGS.imports_of("reports")
