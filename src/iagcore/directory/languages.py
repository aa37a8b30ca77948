"""Languages by name: what a feed writes as a code, and what people call by more than one name."""

from typing import Final

from iagcore.directory.folding import folded

_NAMES: Final = {
    code: name
    for name, codes in {
        "Afrikaans": "af afr", "Albanian": "sq sqi alb shqip", "Amharic": "am amh", "Arabic": "ar ara",
        "Armenian": "hy hye arm", "Azerbaijani": "az aze", "Basque": "eu eus", "Belarusian": "be bel",
        "Bengali": "bn ben bangla", "Bosnian": "bs bos", "British Sign Language": "bfi bsl", "Bulgarian": "bg bul",
        "Burmese": "my mya bur", "Catalan": "ca cat", "Chinese": "zh zho chi", "Cantonese": "yue", "Mandarin": "cmn",
        "Cornish": "kw cor", "Croatian": "hr hrv", "Czech": "cs ces cze", "Danish": "da dan", "Dari": "prs",
        "Dutch": "nl nld dut", "English": "en eng", "Estonian": "et est", "Farsi (Persian)": "fa fas per farsi persian",
        "Finnish": "fi fin", "French": "fr fra fre", "Georgian": "ka kat geo", "German": "de deu ger",
        "Greek": "el ell gre", "Gujarati": "gu guj", "Hausa": "ha hau", "Hebrew": "he heb", "Hindi": "hi hin",
        "Hungarian": "hu hun", "Icelandic": "is isl ice", "Igbo": "ig ibo", "Indonesian": "id ind",
        "Irish": "ga gle", "Italian": "it ita", "Japanese": "ja jpn", "Kannada": "kn kan", "Khmer": "km khm",
        "Korean": "ko kor", "Kurdish": "ku kur", "Kurdish (Kurmanji)": "kmr", "Kurdish (Sorani)": "ckb",
        "Lao": "lo lao", "Latvian": "lv lav", "Lingala": "ln lin", "Lithuanian": "lt lit", "Macedonian": "mk mkd",
        "Malay": "ms msa", "Malayalam": "ml mal", "Maltese": "mt mlt", "Marathi": "mr mar", "Nepali": "ne nep",
        "Norwegian": "no nor nb nob", "Oromo": "om orm", "Pashto": "ps pus pushto", "Polish": "pl pol",
        "Portuguese": "pt por", "Punjabi": "pa pan panjabi", "Romanian": "ro ron rum", "Romani": "rom",
        "Russian": "ru rus", "Scottish Gaelic": "gd gla", "Serbian": "sr srp", "Shona": "sn sna", "Sinhala": "si sin",
        "Slovak": "sk slk slo", "Slovenian": "sl slv", "Somali": "so som", "Spanish": "es spa", "Swahili": "sw swa",
        "Swedish": "sv swe", "Sylheti": "syl", "Tagalog": "tl tgl fil", "Tamil": "ta tam", "Telugu": "te tel",
        "Thai": "th tha", "Tigrinya": "ti tir", "Turkish": "tr tur", "Twi": "tw twi", "Ukrainian": "uk ukr",
        "Urdu": "ur urd", "Vietnamese": "vi vie", "Welsh": "cy cym wel", "Wolof": "wo wol", "Yiddish": "yi yid",
        "Yoruba": "yo yor", "Zulu": "zu zul",
    }.items()
    for code in codes.split()
}  # fmt: skip
"""Codes of ISO 639, and other names, of languages that services in Britain name."""


def language_named(text: str) -> str:
    """The name of a language, of a name or a code (`pl`, `pol`, `pl-PL`); what is not known stays as it is."""
    plain = folded(text)
    first, _, rest = plain.partition(" ")
    # after a code there may be that of a country: `en GB`
    known = _NAMES.get(plain) or (_NAMES.get(first) if len(first) <= 3 and len(rest) <= 4 else None)
    return known or text
