import re
import shutil
import zipfile

import numpy as np
import pytest

from detector.errors import InputError
from detector.text.vocabulary import Vocabulary
from detector.training import thesaurus as thesaurus_module
from detector.training.inflection import Inflector
from detector.training.thesaurus import (
    SPINTAX_FILE,
    Synonym,
    confusable_table,
    find_mythes,
    find_wordnet,
    inflected_pairs,
    read_moby,
    read_mythes,
    read_spintax,
    read_wordnet,
    wordnet_files,
)

DATA = {
    "noun": """\
  1 A licence stands here.
00000010 03 n 02 hike 0 long_walk 0 001 @ 00000020 n 0000 | a walk in the country
00000020 03 n 01 journey 0 001 ~ 00000010 n 0000 | going from place to place
""",
    "verb": """\
00000030 29 v 02 rise 0 go_up 0 000 01 + 02 00 | move upward
00000040 29 v 02 hike 0 raise 0 000 01 + 02 00 | make higher
""",
    "adj": """\
00000050 00 a 02 big 0 large 0 001 & 00000060 a 0000 | above average in size
00000060 00 s 01 huge(p) 0 001 & 00000050 a 0000 | very big
""",
    "adv": "00000070 02 r 02 quickly 0 rapidly 0 000 | with speed\n",
}
INDEX = {
    "noun": "hike n 1 1 @ 1 0 00000010\nlong_walk n 1 1 @ 1 0 00000010\njourney n 1 1 ~ 1 0 00000020\n",
    "verb": """\
hike v 1 0 1 0 00000040
raise v 1 0 1 0 00000040
rise v 1 0 1 0 00000030
go_up v 1 0 1 0 00000030
""",
    "adj": "big a 1 1 & 1 0 00000050\nlarge a 1 1 & 1 0 00000050\nhuge a 1 1 & 1 0 00000060\n",
    "adv": "quickly r 1 0 1 0 00000070\nrapidly r 1 0 1 0 00000070\n",
}
EXCEPTIONS = {
    "noun": "children child\nanalyses analysis\n",
    "verb": "rose rise\nrisen rise\nwent go\ngone go\nstopped stop\nstopping stop\n",
    "adj": "better good\nbest good\nbigger big\nbiggest big\n",
}


@pytest.fixture
def wordnet(tmp_path):
    for kind, text in DATA.items():
        (tmp_path / f"data.{kind}").write_text(text, encoding="utf-8")
        (tmp_path / f"index.{kind}").write_text(INDEX[kind], encoding="utf-8")
    for kind, text in EXCEPTIONS.items():
        (tmp_path / f"{kind}.exc").write_text(text, encoding="utf-8")
    return tmp_path


def test_wordnet_lists_a_sense_then_its_neighbours(wordnet):
    thesaurus = read_wordnet(wordnet)
    assert list(thesaurus.entries["big"]) == [Synonym("large", "a", 0), Synonym("huge", "a", 2)]
    assert [(s.lemma, s.pos) for s in thesaurus.entries["hike"]] == [
        ("long walk", "n"),
        ("raise", "v"),
        ("journey", "n"),
    ]
    assert thesaurus.entries["go up"] == [Synonym("rise", "v", 0)]
    assert "zebra" not in thesaurus.entries


def test_a_missing_thesaurus_names_the_package(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"data\.noun is missing.*wordnet-base"):
        read_wordnet(tmp_path)
    with pytest.raises(InputError, match="mythes-en-us"):
        read_mythes(tmp_path / "none.dat")
    monkeypatch.setattr(thesaurus_module, "_wordnets", lambda: iter(()))
    monkeypatch.setattr(thesaurus_module, "_MYTHES_PLACES", ())
    with pytest.raises(InputError, match=r"not in any usual place.*nltk\.downloader wordnet"):
        find_wordnet()
    with pytest.raises(InputError, match=r"not in any usual place.*LibreOffice"):
        find_mythes()


@pytest.mark.parametrize(
    ("variable", "folder"),
    [("WNSEARCHDIR", ""), ("WNHOME", "dict"), ("NLTK_DATA", "corpora/wordnet")],
)
def test_wordnet_is_found_in_the_folder_of_the_environment(wordnet, tmp_path_factory, monkeypatch, variable, folder):
    home = tmp_path_factory.mktemp("home")
    for name in ("WNSEARCHDIR", "WNHOME", "NLTK_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(thesaurus_module, "_WORDNET_PLACES", ())
    shutil.copytree(wordnet, home / folder, dirs_exist_ok=True)
    monkeypatch.setenv(variable, str(home))
    assert find_wordnet() == home / folder
    assert read_wordnet().entries == read_wordnet(wordnet).entries


def test_wordnet_is_read_from_the_archive_that_nltk_downloads(wordnet, tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("nltk_data")
    monkeypatch.delenv("WNSEARCHDIR", raising=False)
    monkeypatch.delenv("WNHOME", raising=False)
    monkeypatch.setattr(thesaurus_module, "_WORDNET_PLACES", ())
    (home / "corpora").mkdir()
    with zipfile.ZipFile(home / "corpora" / "wordnet.zip", "w") as archive:
        for path in wordnet.iterdir():
            archive.write(path, f"wordnet/{path.name}")
    monkeypatch.setenv("NLTK_DATA", str(home))
    found = find_wordnet()
    assert read_wordnet(found).entries == read_wordnet(wordnet).entries
    assert len(wordnet_files(found)) == len(wordnet_files(wordnet)) == 11
    assert dict(Inflector(set(WORDS), found).forms("child", "n"))["plural"] == "children"


def test_usual_places_are_patterns(tmp_path):
    for name in ("WordNet-3.0", "WordNet-3.1"):
        (tmp_path / name / "dict").mkdir(parents=True)
    found = list(thesaurus_module._matches([f"{tmp_path}/none", f"{tmp_path}/WordNet-3*/dict", "relative/dict"]))
    assert found == [tmp_path / "WordNet-3.0" / "dict", tmp_path / "WordNet-3.1" / "dict"]


def test_mythes_ranks_notes_lower_and_drops_antonyms(tmp_path):
    path = tmp_path / "th.dat"
    path.write_text(
        "UTF-8\nbig|2\n(adj)|large|huge (similar term)|small (antonym)\n(adj)|adult|grown\n"
        "rise|1\n(verb)|go up|move (generic term)\n",
        encoding="utf-8",
    )
    thesaurus = read_mythes(path)
    assert [s.lemma for s in thesaurus.entries["big"]] == ["large", "adult", "grown", "huge"]
    assert [s.lemma for s in thesaurus.entries["rise"]] == ["go up", "move"]


def test_a_plain_list_takes_its_parts_of_speech_from_elsewhere(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("big,large,great deal,quickly\n", encoding="utf-8")
    thesaurus = read_moby(path, {"big": ["a"], "large": ["a"], "quickly": ["r"]})
    assert {s.lemma for s in thesaurus.entries["big"]} == {"large", "great deal"}


def test_spintax_ranks_synonyms_by_their_place(tmp_path, monkeypatch):
    path = tmp_path / "spintax.txt"
    path.write_text("v rise|go up|climb|soar\nn rise|growth\n", encoding="utf-8")
    monkeypatch.setattr(thesaurus_module, "SPINTAX_FILE", path)
    thesaurus = read_spintax()
    assert [(s.lemma, s.pos, s.rank) for s in thesaurus.entries["rise"]] == [
        ("go up", "v", 0),
        ("growth", "n", 0),
        ("climb", "v", 1),
        ("soar", "v", 2),
    ]
    assert "soar" not in thesaurus.entries


def test_the_spintax_lists_are_sound():
    lines = SPINTAX_FILE.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 3_000
    assert len({line.split("|")[0] for line in lines}) == len(lines)
    for line in lines:
        assert re.fullmatch(r"[nvarx] [a-z' -]+(\|[a-z' -]+)+", line), line
        headword, *synonyms = line[2:].split("|")
        assert len({headword, *synonyms}) == 1 + len(synonyms) <= 13, line


_WORDS = """
stop stops stopped stopping study studies studied studying make makes making made rise rises rose
risen rising begin begins began begun beginning see sees saw seen seeing dye dyes dyed dyeing dying
child children person people persons city cities hero heroes big bigger biggest good better best be
being was is am raise raised raises raising go went gone up place take took takes taken taking state
states of affairs hike hiked hikes hiking the large larger largest
"""
WORDS = _WORDS.split()


@pytest.mark.parametrize(
    ("lemma", "pos", "expected"),
    [
        ("stop", "v", {"s": "stops", "ing": "stopping", "past": "stopped", "participle": "stopped"}),
        ("study", "v", {"s": "studies", "ing": "studying", "past": "studied", "participle": "studied"}),
        ("begin", "v", {"s": "begins", "ing": "beginning", "past": "began", "participle": "begun"}),
        ("rise", "v", {"s": "rises", "ing": "rising", "past": "rose", "participle": "risen"}),
        ("see", "v", {"s": "sees", "ing": "seeing", "past": "saw", "participle": "seen"}),
        ("dye", "v", {"s": "dyes", "ing": "dyeing", "past": "dyed", "participle": "dyed"}),
        ("be", "v", {"ing": "being"}),
        ("child", "n", {"plural": "children"}),
        ("person", "n", {"plural": "people"}),
        ("city", "n", {"plural": "cities"}),
        ("hero", "n", {"plural": "heroes"}),
        ("big", "a", {"er": "bigger", "est": "biggest"}),
        ("good", "a", {"er": "better", "est": "best"}),
    ],
)
def test_forms(wordnet, lemma, pos, expected):
    assert dict(Inflector(set(WORDS), wordnet).forms(lemma, pos)) == {"base": lemma, **expected}


def test_a_form_that_nobody_writes_does_not_exist(wordnet):
    assert Inflector({"important"}, wordnet).forms("important", "a") == (("base", "important"),)
    assert Inflector({"information"}).forms("information", "n") == (("base", "information"),)


@pytest.mark.parametrize(
    ("lemma", "pos", "inflection", "expected"),
    [
        ("take place", "v", "past", "took place"),
        ("state of affairs", "n", "plural", "states of affairs"),
        ("big city", "n", "plural", "big cities"),
        ("take place", "v", "er", None),
    ],
)
def test_the_head_of_a_phrase_is_inflected(wordnet, lemma, pos, inflection, expected):
    assert Inflector(set(WORDS), wordnet).phrase(lemma, pos, inflection) == expected


def test_pairs_agree_in_form(wordnet):
    vocabulary = Vocabulary(list(dict.fromkeys(WORDS)))
    inflector = Inflector(vocabulary, wordnet)
    pairs = {(o, s) for o, s, _, _ in inflected_pairs(read_wordnet(wordnet), inflector, vocabulary)}
    assert {("hiked", "raised"), ("rose", "went up"), ("risen", "gone up"), ("bigger", "larger")} <= pairs
    assert ("rose", "goes up") not in pairs
    assert not any("journey" in pair for pair in pairs)  # the vocabulary does not list it


def test_confusables_are_substitutes_then_neighbours():
    vocabulary = Vocabulary(["big", "large", "huge", "small"])
    big, large, huge, small = (vocabulary[w] for w in ("big", "large", "huge", "small"))
    neighbours = np.zeros((vocabulary.size, 2), dtype=np.int32)
    neighbours[big] = [small, 0]
    pairs = [("big", "huge", 2, 2), ("big", "large", 0, 2), ("big", "vast", 0, 2)]
    table = confusable_table(pairs, neighbours, vocabulary, vocabulary.size, columns=4, from_neighbours=2)
    assert table[big, :3].tolist() == [large, huge, small]
    assert table[big, 3] in (large, huge)
    assert not table[:4].any()
    assert not table[small].any()
