import shop.pay.card
