"""What an element says of itself by its class, id, role and ``itemprop``: words of the trade.

Designers of all outlets name alike: ``article-body``, ``entry-content``, ``related-posts``. Names
are hints: whoever reads them weighs them against what stands in the element.
"""

import re
from functools import lru_cache
from typing import Final

COMMENTS: Final = 1
RELATED: Final = 2
FURNITURE: Final = 4
BODY: Final = 8
TITLE: Final = 16
SUBTITLE: Final = 32
BYLINE: Final = 64
DATE: Final = 128
CAPTION: Final = 256
PICTURE: Final = 512
SECTION: Final = 1024
TAGS: Final = 2048
WALL: Final = 4096
ARTICLE: Final = 8192

LONGEST: Final = 300
"""Characters of names that are read; real ones have some 40."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BY_WORD: Final = (
    (COMMENTS, _words("comment comments commentlist disqus cmt cmts respond replies livefyre "
                      "fbcomments commentform discussion")),
    (RELATED, _words("related relateds recommended recommendation recommendations recirc outbrain "
                     "taboola mgid similar trending popular latest ticker suggested suggestions "
                     "readalso seealso alsoread teaser teasers carousel slider promo mostread most "
                     "morenews interested recommend readmore mustread")),
    (FURNITURE, _words("nav navbar navigation menu menus breadcrumb breadcrumbs masthead topbar "
                       "toolbar footer foot copyright sidebar side rail share sharing sharer "
                       "social "
                       "socials addthis sharethis addtoany tools rating ratings vote poll "
                       "subscribe subscription newsletter login signin signup register search "
                       "popup modal overlay ad ads adv advert advertisement advertising adsense "
                       "sponsored dfp gpt weather prayer currency pagination pager skip sr "
                       "whatsapp telegram follow widget widgets banner banners adsbygoogle "
                       "bio authorbox aboutauthor fontsize icons likes like "
                       "buttons btn btns toolbox leaderboard notification notifications")),
    (WALL, _words("cookie cookies consent gdpr cmp onetrust paywall regwall didomi qc")),
    (TAGS, _words("tags tag tagcloud keywords topics hashtags tagged")),
    (CAPTION, _words("caption captions figcaption legend cutline")),
    (PICTURE, _words("img image images photo photos picture pictures pic pics thumb thumbnail "
                     "figure gallery album")),
    (SUBTITLE, _words("subtitle subhead subheading subheadline kicker deck dek standfirst tagline "
                      "strapline sub pretitle pre overline uptitle shoulder summary excerpt "
                      "intro lede "
                      "chapeau")),
    (BYLINE, _words("author authors byline writer writers reporter journalist auth creator "
                    "contributor contributors newseditor storyeditor")),
    (DATE, _words("date dates time timestamp pubdate published posted datetime updated publish "
                  "dateline day pubtime createdate modified")),
    (SECTION, _words("section category categories cat breadcrumb breadcrumbs crumbs rubric "
                     "kicker")),
    (TITLE, _words("title headline heading titre hed")),
    (ARTICLE, _words("article story post single entry hentry newsarticle blogposting")),
)  # fmt: skip

_BODY: Final = re.compile(
    r"(?:article|story|post|entry|news|detail|topic|single|blog|item)s?[-_ ]*"
    r"(?:main[-_ ]*)?(?:body|content|text|txt|details?|desc|description|copy|paragraphs?)"
    r"|full[-_ ]*text|wysiwyg|rich[-_ ]*text|articlebody|name-body|mediator-article"
    r"|body[-_ ]*(?:text|copy|content)|text[-_ ]*body|content[-_ ]*(?:body|text|article)"
)
"""How the body of an article is named: ``article-body``, ``post_content``, ``newsStoryTxt``."""

_RELATED: Final = re.compile(
    r"read[-_ ]*(?:also|more|next)|see[-_ ]*also|also[-_ ]*(?:read|like)|you[-_ ]*may|most[-_ ]*"
    r"(?:read|view|popular|seen)|more[-_ ]*(?:news|from|on|stories|articles|posts|in)(?![a-z])"
    r"|(?:last|latest|other|similar|recent|next|prev|previous)[-_ ]*(?:news|articles?|posts?|"
    r"stories)"
)
_LAYOUT: Final = re.compile(
    r"(?:with|has|no|without)[-_](?:left|right)?[-_]?\w+|elementor-widget"
    r"|(?<!\S)(?:tag|category|cat|format|status|type|author)-"
    r"(?!(?:cloud|links?|list|box|name|info|meta|bio|date|item|area|wrap)(?![\w%]))[\w%-]+"
)
"""``has-sidebar``, ``with-comments`` and a story's own ``tag-x`` tell of something else."""

_BODY_PARTS: Final = COMMENTS | RELATED | FURNITURE | WALL | TAGS


@lru_cache(1 << 15)
def marks_of(names: str) -> int:
    """Return the marks that an element's names give it, as bits."""
    names = _LAYOUT.sub(" ", names[:LONGEST])
    words = {word.lower() for word in _WORD.findall(names)}
    small = names.lower()
    marks = 0
    for mark, known in _BY_WORD:
        if not known.isdisjoint(words):
            marks |= mark
    if marks & PICTURE and marks & TITLE:
        marks = (marks | CAPTION) & ~TITLE  # «img_title» stands under an image
    if _RELATED.search(small):
        marks |= RELATED
    if "comment" in small:
        marks |= COMMENTS
    if not marks & (COMMENTS | RELATED | TAGS | WALL) and _BODY.search(small):
        marks = (marks | BODY) & ~(BYLINE | DATE | FURNITURE | PICTURE)
    return marks
