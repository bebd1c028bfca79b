"""The vocabulary of price pages in English, German, French, Chinese, Japanese and Russian, as compiled patterns."""

from __future__ import annotations

import re
from typing import Final

# Words of one meaning. Latin and Cyrillic ones match whole words; Chinese and Japanese ones anywhere.
# Short forms ("h", "mo", "min", "s", "an") count only behind a slash or "per": alone they are other words.
_TIMES: Final = {
    "hour": (r"hrs?|hours?|hourly|jam|oră|óra|годин\w*|ora|ore|orari[oa]|horas?|uur|timm\w*|tun(?:ti|nin|nissa|nilta)|(?<=gpu-)time|(?<=cpu-)time|godzin\w*|hodin\w*|saat\w*|giờ|stunden?|stunden(?:preis|satz|tarif)e?|stündlich\w*|heures?|horaires?|час\w*|(?<=gpu-)h|(?<=gpu )h", "h|std|ч|time|timen|godz", "小时|小時|按时(?!长)|ชั่วโมง|時間|每时|/时|/時|时租|时价|卡时|시간"),
    "month": (r"months?|monthly|bulan\w*|lună|luni|hónap\w*|місяц\w*|mese|mesi|mes|mensual|mensile|maand|månad\w*|måned\w*|miesiąc\w*|miesięczn\w*|mies\.?|měs\w*|ay|aylık|kuukau\w*|lunar\w*|maandelijks\w*|mês|mensal|tháng|p/m|(?<!\d )(?<!\d)pm|p\.\s?m\.|monat\w*|mtl|mois|mensuel\w*|месяц\w*", "mo|mos|mth|mon|mnd|mån|md|мес", "เดือน|个月|個月|每月|按月(?!付)|/月|包月|月付|月租|月费(?:用|率)?(?![^\\W\\d_])|月額|月额|ヶ月|か月|カ月|月あたり|^月$|/월|매월|월간|월정액|월\\s?(?:요금|이용료|정액)|월$|^월|월(?=\\s?[(（])"),
    "year": (r"yrs?|years?|yearly|anno|año|anual|annuale|jaar|annual\w*|annum|jahre?s?|jahres(?:preis|tarif|miete)e?|jährlich\w*|années?|annuel\w*|год\w*", "y|an", "每年|按年|/年|包年|年付|年租|年费(?:用|率)?(?![^\\W\\d_])|年額|年额|年间|연간|/년"),
    "day": (r"days?|daily|giorn[oi]|día|dob[ęay]|dzie[nń]\w*|denně|dygn|døgn|gün\w*|ngày|hari|dag|tage?|tages?(?:preis|satz|tarif|miete)e?|täglich\w*|jours?|journalier\w*|день|дня|дней|сут\w*", "d|j", "每天|每日|按天|按日|/天|/日|包天|包日|日租|天租|日額|1日あたり|/일|일일|일\\s?요금"),
    "week": (r"weeks?|weekly|semanas?|settiman\w*|tydzień|tygodni\w*|týden\w*|hafta\w*|vecka\w*|tuần|minggu|wochen?|wochen(?:preis|satz|tarif|miete)e?|wöchentlich\w*|semaines?|hebdomadaire\w*|недел\w*", "wk|w", "每周|按周|/周|包周|周租|週間|/週"),
    "minute": (r"minutes?|minütlich|минут\w*", "mins?|мин", "分钟|分鐘|/分|毎分|1分あたり|1分間?(?:ごと|の料金)"),
    "second": (r"seconds?|sekunden?|secondes?|секунд\w*", "secs?|сек|(?<=/)s|(?<=/ )s", "/秒|每秒|秒あたり"),
}  # fmt: skip


# Signs whose traditional forms are others.
_TRADITIONAL: Final = dict(
    zip(
        "数价费显时实务区盘络带宽预约竞单总计额库状态规产机云个张处储网长种选随周厂业历对较询联们货",
        "數價費顯時實務區盤絡帶寬預約競單總計額庫狀態規產機雲個張處儲網長種選隨週廠業歷對較詢聯們貨",
        strict=True,
    )
)


def word(latin: str, cjk: str = "") -> re.Pattern[str]:
    """Compile words that match whole, and signs in either form that match anywhere, ignoring case."""
    cjk = "".join(f"[{sign}{_TRADITIONAL[sign]}]" if sign in _TRADITIONAL else sign for sign in cjk)
    return re.compile(
        rf"(?<![^\W\d_])(?:{latin})(?![^\W\d_¹²³⁰⁴-⁹])" + (f"|{cjk.replace('/', '/ ?')}" if cjk else ""),
        re.IGNORECASE,
    )


TIME: Final = {
    unit: word(
        rf"{latin}|(?<=[/·])\s?(?:{short})(?!\d)|(?:(?<=\bper )|(?<=\bpr\. )|(?<=\bpr )|(?<=\bp/)|(?<=\bpro )|(?<=\bpar )|(?<=\bза )|(?<=\bв ))(?:{short})(?!\d)",
        cjk,
    )
    for unit, (latin, short, cjk) in _TIMES.items()
}
_UNITS = r"months?|mos?|mth|years?|yrs?|weeks?|wks?|days?|hours?|hrs?|monate?n?|jahre?n?|wochen?|tage?n?|mois|ans?|années?|semaines?|jours?|месяц\w*|мес|год\w*|лет|недел\w*|дн\w*|个月|個月|ヶ月|か月|カ月|개월|년|年|周|週間|天|日"
# Spanish, Portuguese, Italian, Polish, Czech, Dutch, Turkish, Scandinavian.
_UNITS += r"|mes(?:es|[ei])?|mês|años?|an(?:os?|n[oi])|semanas?|días?|dias|settiman[ae]|giorn[oi]|miesi[ąę]c\w*|lat[a]?|rok\w*|měsíc\w*|let|maand(?:en)?|jaar|weken|dagen|ay|yıl\w*|mån(?:ad(?:er)?)?|måneder|år"
DURATION: Final = re.compile(
    rf"(?<![\d.,])(?P<n>(?!0+(?!\d))\d{{1,3}})(?:\s*(?:[-–—~]|to|bis|à)\s*(?P<to>\d{{1,3}}))?(?P<plus>\s*\+)?[\s-]*(?P<unit>{_UNITS})(?:(?<=[月年周週間天日년월])(?!あたり|ごと|毎|につき|내)|(?![^\W\d_]))(?P<after>\s*\+)?",
    re.IGNORECASE,
)
GPU: Final = word(r"gpus?|cards?|accelerators?|chips?|karten?|cartes?|карт\w*|видеокарт\w*", "卡|显卡|顯卡|张|枚")
PER_GPU: Final = re.compile(
    r"(?:/|\bper\b|\beach\b|\bpro\b|\bpar\b|\bpor\b|\bза\b|\bна\b|每|・)\s*(?:1\s*)?(?:(?:nvidia|amd)\s+)?(?:[abhl]\d{2,3}s?\s*[/-]?\s*)?(?:gpu|card|accelerator|chip|device|karte|carte|видеокарт|卡|张)"
    r"|\b(?:gpus?|(?:device|accelerator|card|chip)s?(?=[-/]))\s*[-/·. ]?\s*(?:per\s+)?(?:h|hrs?|hours?|stunden?|heures?|час\w*|小时|月|mo|months?|second|minute)\b"
    r"|\b(?:godzin\w*|час\w*|heures?|horas?|or[ae]|uur|saat\w*|giờ|jam|stunden?)(?:\s(?:de |di |d'|van )?|[./·-])(?:gpu|карт\w*)\b|\bh[.·]gpu\b|\bgpu-time\b"
    r"|\bsingle[- ]gpu price|^\s*gpu (?:hourly )?(?:price|rate|cost) per (?:hour|month)|卡时|卡/|単価/?枚|\bper-gpu\b|/\s*[abhlv]\d{2,3}s?x?\b(?=\s*[-/·*]\s*(?:h|m|d|w|y|小|时|月))",
    re.IGNORECASE,
)
PER_MACHINE: Final = re.compile(
    r"(?:/|\bper\b|\beach\b|\bpro\b|\bpar\b|\bpor\b|\bза\b|每)\s*(?:1\s*)?(?:node|servidor|server|machine|instance|vm|system|cluster|host|box|knoten|instanz|serveur|nœud|сервер|台|节点|实例)(?![^\W\d_])"
    r"|\b(?:node|server|machine|instance|vm|system)[-/· ](?:h|hrs?|hours?|months?|days?)\b",
    re.IGNORECASE,
)
_NODE = r"(?:node|server|machine|host|knoten|nœud|nó|servidor|nodo|узел|узла)"
OF_A_NODE: Final = re.compile(  # "Price of the 8x node"
    rf"(?<![\w.])(?P<n>[248]|16)\s?[x×]\s*{_NODE}s?(?!\w)|(?<!\w){_NODE}\s*\(?(?P<m>[248]|16)\s?[x×](?!\w)",
    re.IGNORECASE,
)
# What else may stand behind "/" or "per": the amount is of that, and not of a GPU.
PER_OTHER: Final = re.compile(
    r"(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b|\bje\b|\bза\b|每)\s*(?:1\s*)?(?:(?:1|10|100|1,?000|1m|1k|million|thousand|mio\.?|百万|千)\s+)?"
    r"(?P<thing>(?:additional |extra |used |provisioned )?(?:gi?b|gigabytes?|ti?b|terabytes?|go|to|гб|тб|tokens?|tok|million|1m\b|1k\b|m\s+tokens?|images?|requests?|calls?|v?cpus?|cores?|kerne?|cœurs?|ядр\w*"
    r"|users?|seats?|licen[cs]es?|steps?|megapixels?|characters?|milliseconds?|ms|audio|songs?|ips?|ip address\w*|domains?|queries|pages?|emails?|kwh|kw|watts?|rack|u\b|mbps|gbps|mbit|transactions?|api|videos?|clips?|generations?|runs?|epochs?|snapshots?|volumes?|octane\w*|(?:\w+ )?points?|ob\b|[gm]hz))(?![^\W\d_])",
    re.IGNORECASE,
)  # fmt: skip

ON_DEMAND: Final = word(r"bajo demanda|sob demanda|a consumo|pago por uso|na żądanie|on[- ]?demand|elastic(?: price)?$|pay[- ]as[- ]you[- ]go|payg|pay[- ]per[- ]\w+|flexible|no commitment|auf abruf|nach verbrauch|à la demande|à l'usage|sans engagement|по требованию|почасов\w*|pay-go", "按需|按量|随用随付|オンデマンド|従量|온디맨드|종량제")  # fmt: skip
SPOT: Final = word(r"spot(?![- ]on\b)|pre-?empt(?:ible|able|ive)s?|interruptibles?|interruptable|low[- ]priority|unterbrechbar\w*|préemptibles?|interruptibles?|прерываем\w*|вытесняем\w*|спот\w*", "竞价|抢占|スポット|プリエンプティブル|스팟")  # fmt: skip
RESERVED: Final = word(r"(?<!derechos )(?<!direitos )reserva(?:d[oa])?s?(?! (?:ahora|ya|agora|tu|su|sua|seu))|compromi[s]{1,2}[oi]|contrat(?:o|to)|impegno|prenotat[oi]|(?<!diritti )riservat[oi]|rezerwacj\w*|zobowiązani\w*|gereserveerd\w*|taahhüt\w*|(?<!rights )reserved|reservations?|reserve(?! (?:now|yours?|today|an?\b|online|here))|cuds?|commit(?:ted|ments?)?|contracts?|long[- ]term|upfront|prepaid|savings? plans?|dedicated term|term(?= price| rate)|\w*vertrag\w*|laufzeit|engagement|(?<!droits )réserv\w*|резерв\w*|контракт\w*|при (?:пред)?оплате за|предоплат\w*|annual plan", "年間契約|年契約|预留|包月|包年|长租|リザーブド|長期|약정|예약")  # fmt: skip
# "no commitment", "without a contract": says the opposite.
NO_COMMITMENT: Final = re.compile(r"\b(?:no|without|zero|ohne|keine?|sans|aucun|senza|sin|sem|bez|zonder|utan|без)\s+(?:\w+\s+){0,3}?(?:commit\w*|contracts?|reserv\w*|lock-?in|engagement|\w*vertrag\w*|\w*laufzeit\w*|\w*bindung|impegno|vincol\w*|compromiso|permanencia|contrato|fideli\w*|zobowiąza\w*|závazk\w*|bindnings\w*|upfront|обязательств\w*|контракт\w*)|最低利用期間(?:は|の縛り)?(?:ありません|なし)|契約期間の縛り(?:は)?(?:ありません|なし)|(?:无需|無需|無須|无须)(?:合约|合約|绑约|綁約|签约|預付|预付)|\b(?:commitments?|contract|engagement|laufzeit|vertrag)\s*[:：]\s*(?:none|no\b|0\b|keine|aucun)", re.IGNORECASE)  # fmt: skip

PRICE: Final = word(r"prices?|pricing|costs?|rates?|fees?|tariffs?|hourly|monthly|usd|eur|\w*preise?|kosten|tarife?|precios?|preços?|prezz[oi]|tariff[ae]|prijs|pris(?:er)?|cen[ay]|giá|harga|hinta|hinnat|preț(?:uri)?|pret(?:uri)?|fiyat\w*|ücret\w*|prix|coûts?|цен\w*|стоимост\w*|тариф\w*|per hour|per month|starting (?:at|from)|as low as", "价格|价|单价|费用|料金|価格|金額|요금|가격|비용|이용료|단가|ราคา")  # fmt: skip
MEMORY_GPU: Final = word(r"vram|v-?ram|gpu[- ](?:memory|ram|mem)(?! (?:bw|bandwidth|util\w*|clock|speed))|memory per (?:gpu|device|card|accelerator|chip)|graphics memory|grafikspeicher|gpu-?speicher|mémoire gpu|video memory|gpu vram|видеопамят\w*|hbm\w*|память gpu", "显存|顯存|显卡内存|ビデオメモリ|GPUメモリ|VRAM容量")  # fmt: skip
RAM: Final = word(r"(?:system |host |cpu |server )?(?:ram|memory)(?: \(g[i]?b\))?|arbeitsspeicher|mémoire|оперативн\w*|озу|памят\w*", "内存|記憶體|メモリ|메모리")  # fmt: skip
VCPU: Final = word(r"[vp]-?cpus?|cpus?(?: cores?)?|(?:cpu |virtual )?v?cores?|threads?|kerne|cœurs|processors?|процессор\w*|ядр\w*", "核|处理器|vCPU数|CPU数")  # fmt: skip
# A commitment of a year, in words without a number.
YEARLY: Final = re.compile(
    r"\b(?:annual|yearly|jährlich\w*|annuel\w*|годово\w*)[ -](?:commit\w*|contracts?|plans?|terms?|prepa\w*|reserv\w*|subscriptions?|vertrag\w*|laufzeit|контракт\w*)|\b(?:engagement|contrat) annuel\w*|\bjahresvertrag\w*|年間契約(?:時)?の?|年契約|연간 ?약정|包年(?!包月)",
    re.IGNORECASE,
)
DISK: Final = word(r"(?:local |boot |root |ephemeral |nvme |ssd |system |data )?(?:storage|disks?|ssd|nvme|hdd|drives?|volumes?)|speicherplatz|festplatte\w*|stockage|disque\w*|диск\w*|хранилищ\w*", "硬盘|磁盘|存储|系统盘|数据盘|儲存|硬碟|磁碟|ストレージ|ディスク")  # fmt: skip
NETWORK: Final = word(r"bandwidth|network\w*|traffic|transfer|egress|ingress|interconnect|infiniband|uplink|throughput|tb/s|gb/s|gbps|bande passante|netzwerk\w*|пропускн\w*|сет\w*", "带宽|网络|流量|ネットワーク|帯域")  # fmt: skip
INTERCONNECT: Final = word(r"infiniband|ethernet|roce(?:v2)?|nvlink|pcie|sxm\d?")
REGION: Final = word(r"regions?|locations?|data ?cent(?:er|re)s?|zones?|country|countries|city|geo\w*|standorte?|région|localisation|регион\w*|локаци\w*", "地域|区域|地区|机房|リージョン|ロケーション|리전")  # fmt: skip
PLACE: Final = re.compile(
    r"(?:(?:north|south|east|west|central|northern|southern|eastern|western|rest of(?: the)?)[ -])?(?:US|USA|U\.S\.|United States|EU|Europe|European Union|UK|United Kingdom|Asia(?:[ -]Pacific)?|APAC|America|Africa|Middle East|Canada|Mexico|Brazil|India|Japan"
    r"|South Korea|Korea|Singapore|Australia|Germany|France|Netherlands|Norway|Sweden|Finland|Iceland|Denmark|Switzerland|Austria|Italy|Spain|Poland|Ireland|Israel|Taiwan|Hong Kong|China|World(?:wide)?|Global)(?:[ -](?:north|south|east|west|central))?(?:[ -]?\d)?"
    r"|Amsterdam|Ashburn|Bangalore|Chicago|Dallas|Dublin|Frankfurt|Helsinki|London|Los Angeles|Madrid|Milan|Montreal|Mumbai|New Delhi|New York|Osaka|Oslo|Paris|San Jose|Seattle|Seoul|Stockholm|Sydney|Tokyo|Toronto|Warsaw|Warszawa|Varsovie|Z[uü]rich|Gen[eè]ve|Geneva|Genf|Wien|Vienna|München|Munich|Nürnberg|Falkenstein|Hamburg|Berlin|Gravelines|Roubaix|Strasbourg|Londres|Lyon|Marseille|Praha|Prague|Budapest|Lisboa|Lisbon|Barcelona|Roma|Milano|Espoo|Kraków|São Paulo|Virginia|Oregon|Ohio|Iowa|Texas|California|Jakarta|Hanoi|Hà Nội|Bangkok|Kuala Lumpur|Dubai|Chennai|Hyderabad|Pune"
    r"|[a-z]{2}-(?:north|south|east|west|central)[a-z]*-?\d?|[a-z]{2,4}-(?:[ns]?[ew]|[nsc]|[a-z]{3}(?=-\d))-?\d{1,2}|(?:华[东南北中西]|西南|西北|东北)\d?(?:\s?[-–—(（]?\s?[\u4e00-\u9fff]{2,5}\d?[)）]?)?|北美|美国|欧洲|亚太|北京|上海|广州|深圳|杭州|成都|南京|武汉|重庆|天津|青岛|张家口|乌兰察布|呼和浩特|东京|新加坡|香港|国内|海外|東京|大阪|日本|米国|Deutschland|Europa|Schweiz|Россия|Москва|Европа|États-Unis|Allemagne",
    re.IGNORECASE,
)
TERM: Final = word(r"terms?|commitments?|contract(?: length)?|duration|period|billing(?: cycle| period)?|reservation|plan length|laufzeit|durée|срок\w*", "周期|时长|期間|租期")  # fmt: skip
AVAILABILITY: Final = word(r"availab\w*|stock|status|in stock|verfügbar\w*|disponib\w*|наличи\w*", "库存|状态|在庫")  # fmt: skip
COUNT: Final = word(r"#(?: of)? gpus?|(?:accelerators?|cards?|chips?) (?:count|cnt|number|nums?|qty|quantity)|n ?gpus|(?:number|no\.?|num|count|qty|quantity|amount|max|anzahl|nombre) ?(?:of|der|de)? ?(?:the )?(?:gpus?|cards?|chips?|accelerators?|karten)|gpus?[ _-]?(?:amount|count|cnt|number|nums?|qty|quantity|#|anzahl|cards?|per (?:node|instance|vm|server|droplet|machine))|(?:gpus|devices|accelerators|cards|chips) per \w+|gpus|accelerators|qty|quantity|anzahl|x gpus?|число gpu|кол-?во|количеств\w*", "卡数|基数|台数|GPU数量|GPU数|数量|GPU个数|张数|枚数|GPU ?(?:개)?수량?|장수")  # fmt: skip
# Numbers of a table's rows: of GPUs, where they are few.
BARE_COUNT: Final = word("n|counts?|num(?:ber)?|aantal|cantidad|quantit[éà]|adet|ilość|liczba|počet|antal|nombre")
LABEL: Final = word(r"gpus?(?: (?:model|type|name|card|spec\w*|config\w*|instances?))?|gpu_?type|graphics(?: card)?|accelerators?(?: type)?|models?|cards?|chips?|hardware|architecture|devices?|grafikkarte\w*|carte graphique|видеокарт\w*|ускорител\w*|processor", "显卡|顯卡|型号|GPU型号|GPU 型号|卡型|機種|モデル")  # fmt: skip
INSTANCE: Final = word(r"tarif|instances?(?: (?:type|name|size))?|flavou?rs?|plans?|skus?|names?|sizes?|packages?|products?|configs?|configurations?|machines?(?: types?)?|servers?|types?|tiers?|nodes?|vms?|shapes?|droplets?|offers?|titles?|items?|services?|instanz\w*|paket\w*|offre|конфигурац\w*|тариф\w*|сервер\w*", "实例|规格|配置|套餐|产品|机型|名称|プラン|インスタンス|サーバ|서버|인스턴스|상품|타입")  # fmt: skip
# Units of a provider's own, that money buys: no currency.
OWN_UNITS: Final = word(
    r"(?:compute |billing |service |computing |processing )?(?:units?|credits?|points?|coins?)|[SBA]Us?|NUs?|CUs?|core-hours?",
    "算力点|积分|点数|ポイント|クレジット",
)
# Such a unit by its letters alone, before a time: "DBU / hour", "GLM/h"; a currency's code is none.
OWN_LETTERS: Final = re.compile(
    r"(?<![\w/])(?P<unit>[A-Z]{2,6})s?\)?\s*(?:/|\bper\b)\s*(?:h|hr|hour|day|month|mo|min|minute|s|sec|second)s?(?![^\W\d_])|\((?P<bare>[A-Z]{2,6})\)\s*$"
)
THINGS: Final = frozenset(
    {"GPU", "TPU", "NPU", "VGPU", "VM", "VPS", "HGX", "DGX", "SXM", "PCIE", "NVL", "VAT", "GST", "HT", "TTC", "AWS", "GCP", "OCI", "US", "EU", "UK", "CPU", "VCPU", "SKU", "GB", "PAYG"}
)  # fmt: skip
# What a card costs in a shop, not its rent.
SHOP: Final = word(
    r"msrp|uvp|street price|retail(?: price)?|purchase(?: price)?|buy(?:ing)? price|price new|used price|new price|launch price|resale|second-?hand|kaufpreis|prix d'achat|цена покупки",
    "零售价|官方售价|購入価格|购买价|硬件成本|硬件价格",
)
# A price that needs more than renting: a volume, a membership, a prepaid sum.
CONDITIONAL: Final = word(
    r"(?:with|after|incl\w*|inkl\w*|mit|avec|с)\s(?:\w+\s){0,2}?\d+\s?%|\d+\s?% (?:\w+ )?(?:bonus|off|discount|rabatt|remise)|volume (?:bonus|discount|price)|members?(?:hip)?(?:'s)? (?:price|rate)|bulk (?:price|rate|discount)|student (?:price|rate)|academic(?: price| rate| \(external\))?|internal(?: users?)?|intern|non-profit",
    "会员(?!卡)|會員|教育价|学生价|新人价|首单|会員価格|学割",
)
# Columns of a public service's price list, one per kind of customer.
# Kinds of customers that a public service gives a price of their own: nobody else pays it.
GROUPS: Final = word(
    r"internal|intern|interne|universit\w*|academ\w*|akadem\w*|académi\w*|hochschul\w*|students?|studierende|étudiants?|faculty|campus|members?|research(?:ers?| groups?| institutions?)?|forschung\w*|recherche"
    r"|non-?profits?|government|public sector|educational?|университет\w*|академич\w*|студент\w*",
    "学内|校内|教内|大学|教育|[学學]研|[学學][术術]|[学學]生|アカデミック|교내|대학|학술",
)
CUSTOMERS: Final = word(
    r"commercial|industry|external(?: users?| customers?)?|internal(?: users?)?|academic|non-academic|non-profit|kommerziell|extern|intern",
    "商用|企业(?:价|用[户戶]|客[户戶])",
)
# The whole sum of a commitment.
TOTAL: Final = word(
    r"totals?|in total|gesamt\w*|insgesamt|au total|montant total|итого|всего", "总价|总计|合计|総額|合計|총액|합계"
)
CURRENCY: Final = word(r"currency|währung|devise|валюта", "币种|通貨")  # fmt: skip
UNIT: Final = word(r"units?|billing unit|interval|cadence|metric(?: name)?|per|einheit|unité|единиц\w*(?: измерения)?|ед\.? ?изм\w*|jednostk[ai]|jednotka|unidade?|unità(?: di misura)?|eenheid|enhet|enhed|birim|đơn vị(?: tính)?|satuan", "单位|単位|计费方式")  # fmt: skip
PROVIDER: Final = word(r"providers?|clouds?|vendors?|company|host(?:er)?|anbieter|fournisseur|prove[e]?dor|fornecedor|fornitore|провайдер\w*", "(?:云服务|云)?(?:厂商|提供商|服务商|平台)|プロバイダ")  # fmt: skip

BOUND_BEFORE: Final = re.compile(
    r"(?:\b(?=\w)(?:from(?: only| just)?|start(?:s|ing)?(?: price)?(?: at| from)?(?: only| just)?|as low as|as little as|beginning at|begins? at|low of|only from|ab|bereits ab|à partir de|dès|от|price from|prices from|pricing from|more than|over|at least|minimum(?: of)?|min\.?)\s*[:：]?\s*|(?:低至|最低)\s*|起步价\s*[:：]?\s*|≥\s*|>\s*)$",
    re.IGNORECASE,
)  # fmt: skip
BOUND_AFTER: Final = re.compile(
    r"^\s*(?:\+(?!\s*[$€£]|\s*[^\W\d_])|(?:元|円|円/?時間)?\s*(?:起|から|〜|～)|and up\b|or (?:more|less|lower)\b)",
    re.IGNORECASE,
)
CEILING_BEFORE: Final = re.compile(
    r"(?:\b(?=\w)(?:up to|max(?:imum)?|less than|under|below|bis zu|jusqu'à|до|no more than)\s*(?:of )?|上限(?:约|約|为|は)?\s*|≤\s*|<\s*)$",
    re.IGNORECASE,
)
CEILING_AFTER: Final = re.compile(
    r"^\s*(?:/\s*\w+\s*)?[(,]?\s*(?:max(?:imum|imal|\.)?|cap(?:ped)?|at most|höchstens)(?![^\W\d_])", re.IGNORECASE
)
# An amount after these words is money, and no price of the thing.
NO_PRICE_BEFORE: Final = re.compile(
    r"(?:\b(?=\w)(?:(?:adds?|extra|surcharge(?: of)?|additional|plus|aufpreis|zuzüglich|supplément(?: de)?|en sus)|first (?:hour|day|week|month|year)(?: (?:for|at|only|just|free))?|grandfathered (?:in )?at|fees? of|sav(?:e|es|ing|ings)(?: of| up to| more than| over| about| around| nearly)?|discount(?: of)?|credits?(?: of| worth)?|bonus|бонус\w*|free|(?:free|included) (?:with|in|on) (?:an? |the |our )?[\w-]{1,20}(?: (?:plan|subscription|account|tier))?\s*[(（]|deposit(?: of)?|kaution|dépôt de garantie|залог|used to (?:pay|cost|charge)|we (?:paid|were paying)|set-?up(?: fees?| costs?)?(?: may apply| applies| apply)?|einrichtung\w*|frais (?:d'installation|de mise en service)|(?:einmalig\w*|one[- ]time|one[- ]off|unique)|refund|valued? at|worth|was|were|formerly|previously|before|instead of|retail(?: price)?|compared (?:to|with)|vs\.?|versus|list price|msrp|until|(?:estimated |your )?(?:total|monthly bill|bill)(?: cost)?|estimated (?:cost|price|total)|(?:fell|dropped|rose|climbed|went|down|up) (?:from|to)|(?:median|average|mean)(?: (?:price|rate|cost))?(?: of| is)?|spend(?:ing)?|budget|invest\w*|rais(?:e|ed|ing)|funding|trial(?: from| for| at)?|statt|au lieu de)|доплата|追加|(?:^|\s|\()[+＋]|押金|保証金|初期費用?|事務手数料|初装费|开通费|вместо|原价|通常価格|(?:充值|储值|儲值|チャージ|余额)\s?(?:满|滿|不足|低于|大于|少于)?|[送返]|立减)\s*[:：]?\s*(?:of\s*)?$",
    re.IGNORECASE,
)  # fmt: skip
NO_PRICE_AFTER: Final = re.compile(
    r"^\s*(?:/\s?\w+\s*)?(?:[^.;,$€£+\d]{1,40})?(?:\+|plus)\s*(?:your |metered |hourly )?(?:compute|usage|consumption|overages?)\b|^\s*(?:(?:/|per\b)\s*\w+\s+)?(?:\w+\s+){0,2}?(?:off\b|discount|guthaben|rabatt|gutschein|offerts?\b|de crédits?|de remise|代金券|优惠券|体验金|算力金|礼金|红包|(?:分|相当)?の?(?:無料)?(?:クーポン|クレジット|ポイント)|割引|(?:상당의? ?)?(?:크레딧|쿠폰|포인트)|(?:を|も|の|分)?(?:削減|節約|お得)|бонус\w*|скидк\w*|credits?\b|top-?ups?\b|minimum (?:top|balance|spend|order|deposit|payment)|savings?\b|saved\b|bonus|free\b|deposit|cheaper|less\b|set-?up\b|(?:sign-?up|activation|joining) fee\b|einrichtung\w*|einmalig\w*|one[- ](?:time|off)|million\b|billion\b|funding|trial\b|in (?:free|credits?|revenue|funding)|worth\b|budget)",
    re.IGNORECASE,
)
SALES: Final = re.compile(
    r"\bask (?:us|sales)\b|contact (?:us|sales|for (?:a |your )?(?:custom )?(?:pricing|price|quote))|contact\b.{0,12}\bsales|talk to|get (?:a |your )?(?:custom )?quote|get in touch|request (?:a )?(?:quote|pricing|access|info\w*)|custom pricing|on request|auf anfrage|sur (?:devis|demande)|по запросу|联系(?:我们|销售)?|询价|お問い合わせ|要見積|book a (?:call|demo)|inquire|contact$|contattaci|contáct\w+",
    re.IGNORECASE,
)
NOTHING: Final = re.compile(
    r"^[\W_]*$|^n/?a$|^not (?:available|offered)$|^none$|^tbd$|^unavailable$|^null$", re.IGNORECASE
)

STATES: Final = (
    ("sold_out", word(r"sold[ -]?out|out of stock|unavailable|not available|no longer|discontinued|deprecated|no capacity|ausverkauft|nicht verfügbar|épuisé\w*|indisponible|нет в наличии|распродано", "售罄|缺货|无货|在庫なし|売り切れ")),
    ("waitlist", word(r"wait[- ]?list|coming soon|pre[- ]?order|notify me|join the|soon|demnächst|bientôt|скоро", "即将|敬请期待|近日|予約")),
    ("limited", word(r"limited(?: availability| stock| supply)?|low stock|few left|low availability|begrenzt|limité\w*|мало", "紧张|残りわずか")),
    ("available", word(r"in stock|available(?: now| today)?|instant(?:ly)?(?: available)?|ready|sofort verfügbar|en stock|disponible|в наличии", "现货|有货|充足|在庫あり")),
)  # fmt: skip

# What a section sells. The first that matches its heading counts; an offer is never a CPU, a disk or a token.
PRODUCTS: Final = (
    ("endpoint", word(r"endpoints?|(?:dedicated|hosted|managed|model) (?:inference|deployments?|endpoints?|hosting)|inference (?:endpoints?|deployments?|api)|on-demand deployments?|model serving|deployments?", "推理服务|模型服务|エンドポイント")),
    ("serverless", word(r"serverless|functions?|flex workers?|active workers?|workers?", "无服务器|サーバーレス")),
    ("cluster", word(r"clusters?|supercomputers?|multi-?node|superpods?|slurm|kubernetes|1-click clusters?|cluster\w*", "集群|クラスタ\\w*")),
    ("container", word(r"containers?|pods?|notebooks?|jobs?|workspaces?|conteneurs?|контейнер\w*", "容器|コンテナ")),
    ("machine", word(r"instances?|machines?|vms?|virtual machines?|servers?|bare[- ]?metal|droplets?|nodes?|gpus? cloud|cloud gpus?|dedicated servers?|instanzen|serveurs?|сервер\w*", "云主机|云服务器|裸金属|实例|服务器|サーバ\\w*|インスタンス")),
)  # fmt: skip
COLOCATION: Final = word(r"colocation|co-?lo|cabinets?|full rack|rack space", "托管机柜|コロケーション")
NOT_SOLD_HERE: Final = (
    ("a price of storage", word(r"storage|volumes?|disks?|snapshots?|backups?|object store|file ?systems?|buckets?|speicher\w*|stockage|хранилищ\w*", "存储|云硬盘|儲存(?!格)|硬碟|ストレージ")),
    ("a price of a CPU machine", word(r"cpus?(?: instances?| only| machines?| servers?| pods?| nodes?| cloud)?|general[- ]purpose|compute[- ]optimi[sz]ed|memory[- ]optimi[sz]ed", "通用型|计算型")),
    ("a price of colocation", COLOCATION),
    ("a price of network or addresses", word(r"network\w*|bandwidth|egress|traffic|data transfer|ip(?:v4)?(?: address\w*)?|load balancers?|transfert", "带宽|公网|流量|ネットワーク")),
    ("a price of a licence", word(r"licen[cs]es?|licen[cs]ing|software|lizenz\w*|subscription fee|support(?: plans?)?|лиценз\w*", "许可|ライセンス")),
    ("a price of tokens or requests", word(r"tokens?|per[- ]token|serverless inference|api pricing|requests?|images?|text[- ]to[- ]\w+|speech|transcription|embeddings?|fine[- ]?tun(?:e|ing)|rerank\w*|chat models?|language models?|vision models?|training price per", "令牌|トークン|微调")),
    ("a price of an extra", word(r"add-?ons?|extras|(?:additional|optional) services|zusatz(?:leistung|option)\w*|services complémentaires|дополнительные услуги", "附加服务|增值服务|オプション料金")),
    ("another provider's price", word(r"compar\w*|competit\w*|vs\.?|versus|alternatives?|hyperscalers?|market (?:average|rates?|comparison)|other (?:clouds?|providers?)|traditional clouds?|typical provider|vergleich\w*|comparaison|сравнен\w*", "对比|比较|比較")),
    ("an example or a calculation", word(r"examples?|calculat\w*|estimat\w*|scenario|beispiele?|exemples?|case stud\w*|testimonial\w*|пример\w*|калькулятор\w*", "示例|例子|计算器|(?<!实)(?<!比)例")),
)  # fmt: skip
# Kinds of service that have prices of their own.
TIERS: Final = re.compile(
    r"\b(?:flex|active|secure|community|priority|batch|low|lowest|medium|normal|standard|high|highest|urgent|economy|basic|premium|turbo|best[- ]effort|guaranteed)\b",
    re.IGNORECASE,
)
# Plans that one subscribes to.
SUBSCRIPTION: Final = re.compile(
    r"(?:free|hobby|starter|pro|plus|team|business|enterprise|growth|scale|developer|individual)(?: (?:plan|tier|users?))?",
    re.IGNORECASE,
)
