"""Stories as outlets tell them, and their way from raw records to candidates and clusters."""

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from tasks.clean import clean
from tasks.deduplicate import decide, find_candidates
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import records
from tests.deduplicate.no_history import NoHistory

_PROFILES: Final = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}

MUSEUM: Final = (
    "افتتح وزير الثقافة صباح اليوم متحف الخط العربي في حي الدرب القديم بعد أعمال ترميم استمرت أربع"
    " سنوات، بحضور عدد كبير من الخطاطين والفنانين وطلاب كليات الفنون.\n"
    "ويضم المتحف مئات المخطوطات النادرة التي تعود إلى القرنين العاشر والحادي عشر، إلى جانب أدوات"
    " الكتابة القديمة وقاعة مجهزة لترميم الورق.\n"
    "وقال الوزير إن الدخول سيكون مجانيا للطلاب طوال الشهر الأول، مشيرا إلى أن ورشا أسبوعية"
    " لتعليم خط الثلث ستبدأ قريبا بإشراف أساتذة من مدرسة تحسين الخطوط."
)
MUSEUM_RETOLD: Final = (
    "وقد افتتح وزير الثقافة صباح اليوم متحف الخط العربي وذلك في حي الدرب القديم، وجاء هذا بعد أعمال"
    " ترميم استمرت أربع سنوات، وذلك بحضور عدد كبير من الخطاطين وأيضا الفنانين وكذلك طلاب كليات"
    " الفنون."
    "\nكما يضم المتحف مئات المخطوطات النادرة وهي التي تعود إلى القرنين العاشر ثم الحادي عشر،"
    " وهذا إلى جانب أدوات الكتابة القديمة ثم قاعة قد جهزت من أجل ترميم الورق.\n"
    "وكما أكد الوزير على أن الدخول سوف يكون مجانيا للطلاب وذلك طوال الشهر الأول، كما أضاف أيضا أن"
    " ورشا أسبوعية هي لتعليم خط الثلث سوف تبدأ قريبا وذلك بإشراف أساتذة هم من مدرسة تحسين الخطوط."
)
HARBOUR: Final = (
    "أغلقت هيئة الموانئ الميناء الغربي أمام حركة السفن بسبب ارتفاع الأمواج واشتداد الرياح، على أن"
    " تستأنف الملاحة فور تحسن الأحوال الجوية.\n"
    "وناشدت الهيئة أصحاب قوارب الصيد الصغيرة عدم النزول إلى البحر، فيما رفعت غرفة العمليات درجة"
    " الاستعداد القصوى ووزعت فرق الإنقاذ على امتداد الشاطئ.\n"
    "وذكر مدير الميناء أن ثلاث ناقلات محملة بالقمح تنتظر خارج الحاجز، وأن تفريغها سيبدأ بعد ساعات"
    " من هدوء العاصفة حتى لا تتأخر شحنات المطاحن."
)
SCHOOLS: Final = (
    "أعلنت مديرية التربية انتهاء صيانة المدارس الريفية قبل بدء العام الدراسي الجديد، وتزويد فصولها"
    " بمقاعد وأجهزة حاسوب ومكتبات صغيرة.\n"
    "وأوضح مدير التربية أن القرى الجبلية حصلت على حافلات لنقل التلاميذ الذين كانوا يقطعون مسافات"
    " طويلة سيرا على الأقدام في الشتاء.\n"
    "وأشاد أولياء الأمور بالخطوة، مطالبين بتعيين معلمين دائمين لمواد الرياضيات والعلوم بدلا من"
    " المعلمين المؤقتين الذين يتغيرون كل فصل."
)


def story(text: str, source: str, at: str | None, **more: Any) -> dict[str, Any]:
    """Return a raw record of an outlet; its id is told by outlet, date and beginning."""
    native_id = f"{source} {at} {text[:40]}"
    return {"text": text, "source": source, "published_raw": at, "native_id": native_id, **more}


def candidates_of(*rows: Mapping[str, Any]) -> pa.Table:
    """Clean the records and find their candidates, in the same order."""
    outcome = clean(records(*rows), _PROFILES)
    assert outcome.refused.num_rows == 0
    return find_candidates(outcome.kept)


def decided(*rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the decision on each record of a batch before which nothing was published."""
    found: list[dict[str, Any]] = decide(candidates_of(*rows), NoHistory()).records.to_pylist()
    assert len(found) == len(rows)
    return found


def clusters_of(*rows: Mapping[str, Any]) -> list[int]:
    """Return the cluster of each record, numbered from 0 as they come first."""
    names = [row["cluster_id"] for row in decided(*rows)]
    order = list(dict.fromkeys(names))
    return [order.index(name) for name in names]
