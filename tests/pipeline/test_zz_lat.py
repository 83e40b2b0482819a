import time, sys, threading, traceback, collections, os
from tests.pipeline.running import *
def test_x(prefect_api, tmp_path):
    main=threading.main_thread().ident
    seen=collections.Counter(); stop=[]
    def watch():
        while not stop:
            time.sleep(0.05)
            f=sys._current_frames()
            st=traceback.extract_stack(f[main])
            key=" < ".join(f"{os.path.basename(x.filename)}:{x.lineno}:{x.name}" for x in reversed(st[-14:]))
            seen[key]+=1
    threading.Thread(target=watch,daemon=True).start()
    import httpx
    orig=httpx.Client.send
    def send(self, req, **k):
        t=time.time(); r=orig(self, req, **k); d=time.time()-t
        if d>0.5: print("SLOW", round(d,2), req.method, req.url, r.status_code)
        return r
    httpx.Client.send=send
    for i in range(8):
        r=run(lake=tmp_path/f"a{i}")
        print(round(r.told["stages"][-1]["seconds"],2), [(s["stage"],round(s["seconds"],2)) for s in r.told["stages"] if s["seconds"]>0.5])
    stop.append(1)
    for k,v in seen.most_common(3): print(v,k)
