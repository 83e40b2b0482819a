import time, sys, traceback, os, gzip, json
from pathlib import Path
from tests.pipeline.running import *
TEXT="أعلنت لجنة المبادرات الأهلية في المدينة أن موائد الإفطار الجماعي ستمتد هذا العام إلى أربعة أحياء طرفية جديدة"
def show(name, f):
    t=time.time()
    try: r=f()
    except BaseException as e:
        print("!!!",name,type(e).__name__, str(e)[:500]); traceback.print_exc(limit=-6); return
    if isinstance(r,Ran):
        print("###",name,"code",r.code, round(time.time()-t,2), {k:v for k,v in r.told.items() if k not in("stages","ledger")}, [(l["disposition"],l["reason"],l["count"]) for l in r.told.get("ledger",())]); print(r.log)
    else: print("###",name,r)
def rec(i,text=TEXT,**k): return {"id":f"x{i}","source":"منبر","title":f"عنوان {i}","text":f"{text} {i}",**k}
def test_x(prefect_api, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    L=lambda n: tmp_path/n
    bad=tmp_path/"bad"/"a.jsonl"; bad.parent.mkdir(); bad.write_text('{"a":\n{"b":1}\n')
    show("all refused", lambda: warraq("run",bad,"--lake",L("l1")))
    q=write_lines(tmp_path/"q.jsonl",[rec(1,"short")])
    show("all quarantined", lambda: warraq("run",q,"--lake",L("l1")))
    show("verify", lambda: warraq("verify","--lake",L("l1")))
    show("status", lambda: warraq("status","--lake",L("l1")))
    show("wrong source", lambda: warraq("run","/nonexistent/x","--lake",L("l2")))
    show("web source", lambda: warraq("run","https://example.org/x","--lake",L("l2")))
    (tmp_path/"empty").mkdir()
    show("empty folder", lambda: warraq("run",tmp_path/"empty","--lake",L("l2")))
    (tmp_path/"elake").mkdir()
    show("dry run to empty existing", lambda: warraq("run",q,"--dry-run","--lake",L("elake")))
    show("dry run to missing", lambda: warraq("run",q,"--dry-run","--lake",L("mlake")))
    print(L("mlake").exists(), list(L("elake").iterdir()))
    (tmp_path/"file").write_text("x")
    show("lake is a file", lambda: warraq("run",q,"--lake",L("file")))
    show("lake under file", lambda: warraq("run",q,"--lake",L("file")/"x"))
    show("lake in proc", lambda: warraq("run",q,"--lake","/proc/nope/x"))
    (tmp_path/"foreign").mkdir(); (tmp_path/"foreign"/"thesis.doc").write_text("x")
    show("lake is foreign folder", lambda: warraq("run",q,"--lake",L("foreign")))
    show("status none", lambda: warraq("status","--lake",L("none")))
    # flip flop
    a=rec(1,"نص أول مختلف " + TEXT); b=rec(1,"نص ثان آخر " + TEXT); c=rec(2)
    for n,recs in enumerate([[a,b],[a,b,c],[a,b,c,rec(3)],[a,b,c,rec(3),rec(4)]]):
        show(f"flip {n}", lambda: warraq("run",write_lines(tmp_path/f"f{n}.jsonl",recs),"--lake",L("flip")))
        print([(r["native_id"],r["revision"],r["body"][:12]) for r in rows(L("flip"),"articles")])
    # order
    a=rec(1,section="رياضة"); b=rec(1,section="سياسة")
    for n,recs in enumerate([[a,b],[b,a]]):
        show(f"order {n}", lambda: warraq("run",write_lines(tmp_path/f"o{n}.jsonl",recs),"--lake",L(f"order{n}")))
        print([(r["native_id"],r["section"],r["record_ref"]) for r in rows(L(f"order{n}"),"articles")])
